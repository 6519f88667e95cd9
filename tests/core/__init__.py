"""Tests of the core: what knows no feature."""
