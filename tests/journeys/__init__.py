"""Journeys: the story walked in a real browser, as the people who do it."""
