"""Bids (揭榜): drafted by a bureau, sealed until the deadline, opened once, reviewed, and awarded by two persons."""
