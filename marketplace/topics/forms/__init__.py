"""The forms of lists and topics: input → frozen payload; the rules stand in ``checks`` and ``operations``."""
