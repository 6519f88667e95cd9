"""The sample year proves the program: nothing in it is broken, and setting it up again changes nothing."""

import pytest
from sqlalchemy import select

from marketplace.core.database import Base
from tests.journeys.conftest import Demonstration

pytestmark = pytest.mark.timeout(600)  # the first test of a run builds the sample year

COMES_AND_GOES = "sign_in_session"


def dump(demonstration: Demonstration) -> dict[str, list[str]]:
    """Every row of every table, but who is signed in."""
    with demonstration.parts.engine.connect() as connection:
        return {
            name: sorted(str(tuple(row)) for row in connection.execute(select(table)))
            for name, table in Base.metadata.tables.items()
            if name != COMES_AND_GOES
        }


def run(demonstration: Demonstration, *words: str) -> str:
    """What a command of the program says, when it succeeds."""
    with demonstration.app.app_context():
        result = demonstration.app.test_cli_runner().invoke(args=list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_a_setup_that_was_killed_begins_anew(sample_year: Demonstration) -> None:
    assert "was interrupted, starting over" in sample_year.said
    assert "sample year: 25 topics" in sample_year.said


def test_the_doctor_finds_nothing(sample_year: Demonstration) -> None:
    assert " 0 broken" in run(sample_year, "doctor")


def test_setting_up_again_changes_nothing(sample_year: Demonstration) -> None:
    before = dump(sample_year)
    assert "sample year: already there" in run(sample_year, "setup", "--demo")
    assert dump(sample_year) == before
    assert len(before["topic"]) == 25
