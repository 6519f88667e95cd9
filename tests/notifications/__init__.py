"""Mails are decided once, delivered once, and tell nobody else."""
