"""Files chosen in a refused form need not be chosen again: private, bounded, and over after three days."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.audit.queries import visible_rows
from marketplace.audit.seals import bid_seal
from marketplace.bids.models import Bid
from marketplace.core.errors import Invalid, NotFound
from marketplace.files import pending
from marketplace.files.models import Attachment, PendingFile
from marketplace.files.operations import GivenFile, attach, change_files
from marketplace.notifications.worker import Worker
from marketplace.projects.models import Milestone, Outcome
from marketplace.schedule import JOBS
from tests.support.bidding import draft_bid
from tests.support.projects import finish_milestones, milestone_ids, opened_project, outcome_id
from tests.support.samples import pdf
from tests.support.world import Browser, World
from tests.topics.content import published_topic

OWNER = {"owner_kind": "leaflet", "owner_id": 1}


def given(text: str = "a", name: str = "") -> GivenFile:
    return GivenFile(name or f"{text}.pdf", io.BytesIO(pdf(text)))


def kept(world: World) -> list[PendingFile]:
    with world.reading() as session:
        return list(session.scalars(select(PendingFile).order_by(PendingFile.name)))


def hold(world: World, *uploads: GivenFile, key: str = "hangzhou_clerk") -> None:
    with world.uow(key) as uow:
        pending.hold(uow, "leaflet", 1, uploads)


def stored(world: World) -> list[Path]:
    return [path for path in world.runtime.files.root.glob("??/*") if path.is_file()]


def attached(world: World) -> list[str]:
    with world.reading() as session:
        return list(session.scalars(select(Attachment.name).order_by(Attachment.name)))


def trail(world: World, *actions: str) -> list[AuditRow]:
    """The rows of some actions, oldest first, sealed ones too."""
    with world.reading() as session:
        found = session.scalars(select(AuditRow).where(AuditRow.action.in_(actions)).order_by(AuditRow.id))
        return list(found)


def test_every_kept_upload_leaves_its_row(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "MOST_HELD", 1)
    hold(sqlite_world, given("a"), given("b"), GivenFile("假.pdf", io.BytesIO(b"MZ")))
    held, away = trail(sqlite_world, "FileHeld", "FileTurnedAway")
    assert (held.details["name"], away.details["name"]) == ("a.pdf", "b.pdf")
    assert held.details["until"] == (sqlite_world.clock() + pending.KEPT_FOR).isoformat()
    assert held.person_name == "杭州市局填报员（示例）"
    page = sqlite_world.browser("auditor").get("/audit?kind=FileHeld").text
    assert "a.pdf" in page
    assert "2026年3月5日 09:00" in page


def test_a_kept_file_given_up_leaves_its_row_once(sqlite_world: World) -> None:
    hold(sqlite_world, given("a"), given("b"))
    first, second = kept(sqlite_world)
    for _ in range(2):
        with sqlite_world.uow("hangzhou_clerk") as uow:
            pending.let_go(uow, "leaflet", 1, [first.id])
    with sqlite_world.uow("hangzhou_head") as uow:
        pending.let_go(uow, "leaflet", 1, [second.id])
    assert [row.details["name"] for row in trail(sqlite_world, "FileLetGo")] == ["a.pdf"]


def test_the_same_file_is_kept_once_and_a_bad_one_not_at_all(world: World) -> None:
    hold(
        world,
        given("a"),
        given("a"),
        GivenFile("假.pdf", io.BytesIO(b"MZ")),
        GivenFile("x", io.BytesIO(b"1")),
    )
    hold(world, given("a"))
    assert [item.name for item in kept(world)] == ["a.pdf"]


def test_a_kept_file_is_attached_once(world: World) -> None:
    hold(world, given("a"))
    with world.uow("hangzhou_clerk") as uow:
        change_files(uow, **OWNER, uploads=[uow.session.scalars(select(PendingFile)).one()])
    assert (attached(world), kept(world)) == (["a.pdf"], [])
    assert len(stored(world)) == 1


def test_nobody_attaches_what_another_chose(sqlite_world: World) -> None:
    hold(sqlite_world, given("a"))
    with sqlite_world.uow("hangzhou_head") as uow:
        with pytest.raises(NotFound):
            attach(uow, **OWNER, upload=uow.session.scalars(select(PendingFile)).one())
        assert list(pending.pending_of(uow.session, uow.actor.person_id, "leaflet", 1, uow.now)) == []


def test_what_is_over_is_not_attached_and_its_bytes_go(world: World) -> None:
    hold(world, given("a"))
    world.clock.now += pending.KEPT_FOR
    with world.uow("hangzhou_clerk") as uow, pytest.raises(Invalid):
        attach(uow, **OWNER, upload=uow.session.scalars(select(PendingFile)).one())
    done = Worker(world.app, JOBS).run_once()
    assert done is not None
    assert done["remove-kept-uploads"] == 1
    assert (kept(world), stored(world)) == ([], [])


def test_bytes_that_somebody_else_refers_to_stay(world: World) -> None:
    hold(world, given("a"), given("b"))
    hold(world, given("b", "anders.pdf"), key="ningbo_clerk")
    world.do("hangzhou_clerk", attach, **OWNER, upload=given("a"))
    with world.uow("hangzhou_clerk") as uow:
        pending.let_go(uow, "leaflet", 1, [item.id for item in kept(world)])
    Worker(world.app, JOBS).run_once()
    assert [item.name for item in kept(world)] == ["anders.pdf"], "another person's choice is not let go"
    assert len(stored(world)) == 2


def test_number_and_bytes_are_bounded(sqlite_world: World) -> None:
    hold(sqlite_world, *(given(f"{n:02}") for n in range(pending.MOST_HELD + 3)))
    live = [item for item in kept(sqlite_world) if item.expires_at > sqlite_world.clock()]
    assert len(live) == pending.MOST_HELD
    Worker(sqlite_world.app, JOBS).run_once()
    assert len(stored(sqlite_world)) == pending.MOST_HELD


def test_the_bytes_of_one_person_are_bounded(sqlite_world: World) -> None:
    parts = sqlite_world.runtime
    parts.settings = replace(parts.settings, upload_megabytes=1)
    big = 1024 * 1024 - 100
    hold(sqlite_world, *(GivenFile(f"{n}.txt", io.BytesIO(bytes([65 + n]) * big)) for n in range(12)))
    live = [item for item in kept(sqlite_world) if item.expires_at > sqlite_world.clock()]
    assert len(live) == 10


def post(browser: Browser, url: str, **data: Any) -> Any:
    return browser.post(url, data, content_type="multipart/form-data")


def version(world: World, model: type, key: int) -> str:
    with world.reading() as session:
        return str(session.get_one(model, key).version)


def listed(page: str) -> list[str]:
    return re.findall(r'name="files-pending" value="(\d+)"', page)


def milestone(world: World) -> tuple[int, str]:
    (first, _) = milestone_ids(world, opened_project(world))
    return first, f"/projects/milestones/{first}/report"


def test_evidence_chosen_once_survives_a_refused_report(world: World) -> None:
    first, url = milestone(world)
    clerk = world.browser("hangzhou_clerk")
    clerk.get(url)
    now = version(world, Milestone, first)
    refused = post(clerk, url, summary="", version=now, files=(io.BytesIO(pdf()), "纪要.pdf"))
    assert refused.status_code == 422
    assert "纪要.pdf" in refused.text
    assert "不用重新选择" in refused.text
    again = clerk.get(url).text
    assert listed(again) == listed(refused.text)
    assert listed(world.browser("hangzhou_head").get(url).text) == [], "only her own"
    done = post(clerk, url, **{"summary": "完成", "version": now, "files-pending": listed(again)})
    assert done.status_code == 302
    assert (attached(world), kept(world)) == (["纪要.pdf"], [])


def test_a_kept_file_can_be_removed_and_a_tick_survives_too(sqlite_world: World) -> None:
    world = sqlite_world
    first, url = milestone(world)
    clerk = world.browser("hangzhou_clerk")
    clerk.get(url)
    now = version(world, Milestone, first)
    one, two = (io.BytesIO(pdf("1")), "一.pdf"), (io.BytesIO(pdf("2")), "二.pdf")
    page = post(clerk, url, summary="", version=now, files=[one, two]).text
    drop = {item.name: str(item.id) for item in kept(world)}["一.pdf"]
    sent = {"version": now, "files-pending": listed(page), "files-drop": drop}
    page = post(clerk, url, summary="", **sent).text
    assert re.search(rf'name="files-drop" value="{drop}"[^>]*checked', page)
    assert post(clerk, url, summary="完成", **sent).status_code == 302
    assert attached(world) == ["二.pdf"]


def test_what_the_page_did_not_list_is_not_attached(sqlite_world: World) -> None:
    """A page opened before the refusal knows nothing of the file; nothing slips in."""
    first, url = milestone(sqlite_world)
    clerk = sqlite_world.browser("hangzhou_clerk")
    clerk.get(url)
    now = version(sqlite_world, Milestone, first)
    post(clerk, url, summary="", version=now, files=(io.BytesIO(pdf()), "纪要.pdf"))
    done = post(clerk, url, summary="完成", version=now, no_evidence_reason="见系统内台账，不另行上传材料")
    assert done.status_code == 302
    assert attached(sqlite_world) == []


@pytest.mark.parametrize("forged", ["1", "x", "9" * 30, "-1"])
def test_forged_numbers_bring_nothing(sqlite_world: World, forged: str) -> None:
    first, url = milestone(sqlite_world)
    hold(sqlite_world, given("a"), key="ningbo_clerk")
    clerk = sqlite_world.browser("hangzhou_clerk")
    clerk.get(url)
    now = version(sqlite_world, Milestone, first)
    foreign = [forged, str(kept(sqlite_world)[0].id)]
    answer = post(
        clerk, url, **{"summary": "完成", "version": now, "files-pending": foreign, "files-drop": foreign}
    )
    assert answer.status_code == 422
    assert "请上传至少一份佐证材料" in answer.text
    assert len(kept(sqlite_world)) == 1


def test_a_stale_page_keeps_the_chosen_files_too(sqlite_world: World) -> None:
    first, url = milestone(sqlite_world)
    clerk, head = sqlite_world.browser("hangzhou_clerk"), sqlite_world.browser("hangzhou_head")
    clerk.get(url)
    old = version(sqlite_world, Milestone, first)
    head.get(url)
    head.post(f"/projects/milestones/{first}/draft", {"summary": "别人先写", "version": old})
    stale = post(clerk, url, summary="我写的", version=old, files=(io.BytesIO(pdf()), "纪要.pdf"))
    assert stale.status_code == 409
    assert "纪要.pdf" in clerk.get(url).text


def test_autosave_takes_no_kept_file(sqlite_world: World) -> None:
    first, url = milestone(sqlite_world)
    clerk = sqlite_world.browser("hangzhou_clerk")
    clerk.get(url)
    now = version(sqlite_world, Milestone, first)
    page = post(clerk, url, summary="", version=now, files=(io.BytesIO(pdf()), "纪要.pdf")).text
    data = {"summary": "边写边存", "version": now, "files-pending": listed(page)}
    assert clerk.post(f"/projects/milestones/{first}/draft", data).status_code == 200
    assert (attached(sqlite_world), len(kept(sqlite_world))) == ([], 1)


def test_the_files_of_an_outcome_survive_too(sqlite_world: World) -> None:
    world = sqlite_world
    project_id = opened_project(world)
    finish_milestones(world, project_id)
    key = outcome_id(world, project_id)
    base = f"/projects/{project_id}/outcome"
    clerk = world.browser("hangzhou_clerk")
    clerk.get(f"{base}/edit")
    now = version(world, Outcome, key)
    refused = post(
        clerk, f"{base}/save", summary="长" * 9000, version=now, files=(io.BytesIO(pdf()), "成果.pdf")
    )
    assert refused.status_code == 422
    sent = {"summary": "概述", "version": now, "files-pending": listed(refused.text)}
    assert post(clerk, f"{base}/save", **sent).status_code == 302
    assert (attached(world)[-1], kept(world)) == ("成果.pdf", [])


def test_the_files_of_a_bid_survive_too_and_a_bad_one_is_named(sqlite_world: World) -> None:
    world = sqlite_world
    bid_id = draft_bid(world, published_topic(world))
    before = attached(world)
    clerk = world.browser("hangzhou_clerk")
    url = f"/bids/{bid_id}/edit/pledge"
    clerk.get(url)
    now = version(world, Bid, bid_id)
    chosen = [(io.BytesIO(pdf("new")), "新方案.pdf"), (io.BytesIO(b"MZ"), "假.pdf")]
    refused = post(clerk, url, pledged="y", version=now, files=chosen)
    assert refused.status_code == 422
    assert "“假.pdf”" in refused.text
    assert [item.name for item in kept(world)] == ["新方案.pdf"]
    (row,) = trail(world, "FileHeld")
    assert (row.seal_key, row.details["owner_kind"]) == (bid_seal(bid_id), "bid")
    with world.reading() as session:
        assert row.id not in [shown.id for shown in session.scalars(visible_rows())]
    data = {"pledged": "y", "version": now, "files-pending": listed(refused.text)}
    saved = clerk.post(f"{url}/autosave", data)
    assert saved.json is not None
    assert attached(world) == before, "autosave brings no file"
    done = post(clerk, url, **(data | {"version": str(saved.json["version"])}))
    assert done.status_code == 302
    assert sorted(attached(world)) == sorted([*before, "新方案.pdf"])
