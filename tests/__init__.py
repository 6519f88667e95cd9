"""Tests mirror the tree; `support` holds the servers and the browser that they use."""
