"""Tests of awarding."""
