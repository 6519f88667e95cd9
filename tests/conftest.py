"""The test suite's own parts."""

pytest_plugins = ("tests.support.no_skips", "tests.support.fixtures", "tests.support.world")
