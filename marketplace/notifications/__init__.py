"""Notifications (通知): a mail is a row first, in the transaction that decided it; the worker delivers it."""
