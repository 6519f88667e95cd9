"""Attachments (附件): uploaded once, checked by content, stored by hash, read only through their owner's rule."""
