"""Audit (审计): who did what, when, for which organisation — one row in the same transaction as the deed."""
