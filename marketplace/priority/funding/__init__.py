"""Funding under an envelope (资金安排): terms, requests, the proposed plan and the meeting's deviations from it."""
