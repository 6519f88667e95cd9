"""Notices (公告公示): what the province announces in public about topics and results."""
