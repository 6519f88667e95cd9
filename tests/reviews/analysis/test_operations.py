"""The analysis comes by itself, is kept once, and its disputes are voted on."""

import pytest
from sqlalchemy import func, select

from marketplace.audit.models import AuditRow
from marketplace.computations.models import Computation
from marketplace.core.errors import Invalid, Refused
from marketplace.reviews import operations
from marketplace.reviews.analysis import operations as analyses
from marketplace.reviews.analysis.operations import Vote
from marketplace.reviews.analysis.reading import analysis_of, latest_texts, notes_of
from marketplace.reviews.models import Panel, PanelAnalysis
from marketplace.reviews.scoring import fingerprint
from tests.reviews.story import FIVE, item_ids, marks, scored_panel
from tests.support.world import World

TABLE = [[marks(90), marks(85), marks(70)] for _ in FIVE[:4]] + [[marks(60), marks(86), marks(71)]]
"""The first item wins by the announced rule, which drops the last mark; the mean of all says the second."""


def disputed_panel(world: World) -> int:
    """A concluded panel on whose first two items the results disagree, with its analysis."""
    panel_id = scored_panel(world, TABLE)
    assert world.compute() == 1
    return panel_id


def test_the_analysis_follows_the_last_sheet_and_is_kept_once(world: World) -> None:
    panel_id = scored_panel(world, TABLE, conclude=False)
    with world.reading() as session:
        asked = session.scalars(select(Computation)).one()
        assert (asked.kind, asked.subject_id, asked.requested_by) == ("panel_analysis", panel_id, None)
    assert world.compute() == 1
    world.do("officer", operations.conclude_panel, (Panel, panel_id))
    assert world.compute() == 0
    with world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        kept = analysis_of(session, panel)
        assert kept is not None
        assert kept.record["calibration"] == "none"
        assert session.scalar(select(func.count()).select_from(PanelAnalysis)) == 1
        told = session.scalars(select(AuditRow).where(AuditRow.action == "PanelAnalysed")).one()
        assert told.details["record_sha256"] == kept.record["sha256"]


def test_the_announced_result_waits_for_nothing(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, TABLE)
    with sqlite_world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        assert panel.state == "concluded"
        assert analysis_of(session, panel) is None
    again = sqlite_world.do("officer", analyses.request_analysis, (Panel, panel_id))
    assert again.state == "queued"
    for key in ("auditor", "expert1"):
        with pytest.raises(Refused):
            sqlite_world.do(key, analyses.request_analysis, (Panel, panel_id))


def test_a_disputed_item_is_voted_on_once(world: World) -> None:
    panel_id = disputed_panel(world)
    first, second, third = item_ids(world, panel_id)
    vote = Vote(4, 1, 0, "多数专家认为方案更成熟（示例）")
    for key in ("approver", "auditor", "expert1"):
        with pytest.raises(Refused):
            world.do(key, analyses.record_meeting_vote, (Panel, panel_id), first, vote, 5)
    for wrong in (
        Vote(2, 0, 0, "票数不足"),
        Vote(4, 2, 0, "票数过多"),
        Vote(-1, 5, 0, "负数"),
        Vote(5, 0, 0, ""),
    ):
        with pytest.raises(Invalid):
            world.do("officer", analyses.record_meeting_vote, (Panel, panel_id), first, wrong, 5)
    with pytest.raises(Invalid):
        world.do("officer", analyses.record_meeting_vote, (Panel, panel_id), third, vote, 5)
    world.do("officer", analyses.record_meeting_vote, (Panel, panel_id), first, vote, 5)
    with pytest.raises(Invalid):
        world.do("officer", analyses.record_meeting_vote, (Panel, panel_id), first, vote, 5)
    world.do("officer", analyses.record_meeting_vote, (Panel, panel_id), second, Vote(2, 2, 1, "平票"), 5)
    with world.reading() as session:
        result = session.get_one(Panel, panel_id).result
        assert result is not None
        assert [entry["wins"] for entry in result["meeting"]] == [True, False]
        assert result["sha256"] == fingerprint(result)
    with pytest.raises(Refused):
        world.do("officer", analyses.record_meeting_vote, (Panel, panel_id), first, vote, 5)


def test_notes_are_kept_in_every_version(world: World) -> None:
    panel_id = scored_panel(world, TABLE)
    item = item_ids(world, panel_id)[0]
    write = analyses.write_note
    world.do("officer", write, (Panel, panel_id), item, "discussion", "第一稿", 0)
    world.do("officer2", write, (Panel, panel_id), item, "discussion", "第二稿", 1)
    world.do("officer", write, (Panel, panel_id), None, "conclusion", "同意推荐。", 0)
    for payload in (
        (item, "discussion", "别人改过", 1),
        (item, "discussion", "第二稿", 2),
        (item, "forged", "内容", 0),
        (9999, "discussion", "内容", 0),
        (item, "dissent", "", 0),
        (item, "dissent", "长" * 4001, 0),
    ):
        with pytest.raises(Invalid):
            world.do("officer", write, (Panel, panel_id), *payload)
    for key in ("approver", "auditor", "expert1"):
        with pytest.raises(Refused):
            world.do(key, write, (Panel, panel_id), item, "dissent", "内容", 0)
    with world.reading() as session:
        notes = notes_of(session, panel_id)
        assert [note.text for note in notes[item, "discussion"]] == ["第二稿", "第一稿"]
        assert latest_texts(notes) == {(item, "discussion"): "第二稿", (None, "conclusion"): "同意推荐。"}
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "NoteWritten")).all()
        assert [row.details["number"] for row in rows] == [1, 2, 1]
        assert all("第" not in str(row.details) and not row.reason for row in rows)


def test_no_analysis_before_the_result(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, TABLE, conclude=False)
    with pytest.raises(Refused):
        sqlite_world.do("officer", analyses.request_analysis, (Panel, panel_id))
    with pytest.raises(Refused):
        sqlite_world.do("officer", analyses.write_note, (Panel, panel_id), None, "conclusion", "早了", 0)
