"""Blind review (盲评): what is hidden, what may have been left over, and who has looked at it."""
