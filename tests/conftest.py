"""The test suite's own parts."""

from hypothesis import settings

pytest_plugins = ("tests.support.no_skips", "tests.support.fixtures", "tests.support.world")

# The same examples in every run, however slow the machine.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=40, database=None)
settings.load_profile("suite")
