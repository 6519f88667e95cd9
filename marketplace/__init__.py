"""The challenge marketplace (揭榜) of a province's government-offices administration."""
