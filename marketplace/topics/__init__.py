"""Challenge lists and topics (榜单、榜题): drafted, approved, published and, if need be, amended in public."""
