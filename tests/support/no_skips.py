"""A skipped test is a failed test: a missing part must be seen, here and everywhere."""

from collections.abc import Generator

import pytest


def fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip (also an expected failure) into a failure that says so."""
    if report.skipped:
        said = report.longrepr
        reason = said[2] if isinstance(said, tuple) else str(said or getattr(report, "wasxfail", ""))
        report.outcome = "failed"
        report.longrepr = f"{reason}\nTests are not skipped in this project: provide what is missing."
        if hasattr(report, "wasxfail"):
            del report.wasxfail


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    fail_if_skipped(report)
    return report
