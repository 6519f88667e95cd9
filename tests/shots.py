"""Takes the README's pictures from the running program: ``python3 app.py shots [--all DIR]``.

A demonstration is set up in a temporary directory, served, and looked at as the cast. With ``--all DIR`` every page of
the list is taken in both languages and both widths into DIR, to be looked at.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marketplace.application import create_app
from marketplace.bids.models import Bid, BidPartner
from marketplace.bids.workflow import BidState, ConsentState
from marketplace.config import ROOT, Settings
from marketplace.core.actor import SYSTEM
from marketplace.core.database import reading_session, writing_session
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files.models import PendingFile
from marketplace.organisations.models import Person
from marketplace.organisations.sessions import begin_session
from marketplace.priority.models import MeetingDecision, PriorityKind, PriorityList
from marketplace.priority.workflow import MeetingOpinionState
from marketplace.projects.models import Milestone, Project
from marketplace.projects.workflow import MilestoneState, ProjectState
from marketplace.reviews.models import Panel, PanelItem, PanelNote, PanelOpinion, ReopeningProposal, Seat
from marketplace.reviews.operations.offline import WORKBOOK
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.workflow import PanelState, SeatState
from marketplace.sample.cast import CAST
from marketplace.setup import set_up_demo
from marketplace.topics.models import ChallengeList, Topic
from marketplace.topics.workflow import TopicState
from marketplace.web.runtime import Runtime
from tests.support import chromium
from tests.support.live import cookie_value, served

PICTURES = ROOT / "docs" / "pictures"
WIDE, NARROW = (1366, 768), (360, 740)


@dataclass(frozen=True)
class Shot:
    """One page as one member of the cast (None: a visitor)."""

    name: str
    path: str
    who: str | None = None


def first(session: Session, query: Select[Any]) -> Any:
    """The first row; the sample year has one of each."""
    found = session.scalars(query).first()
    if found is None:
        raise LookupError(str(query))
    return found


def unwritten() -> Select[Any]:
    """Panels whose opinion waits for their head's word."""
    final = select(PanelOpinion.panel_id)
    said = select(PanelNote.panel_id)
    return select(Panel.id).where(Panel.id.in_(said), Panel.id.not_in(final))


def shots(parts: Runtime) -> list[Shot]:
    """The pages worth looking at, with the addresses of this demonstration's objects."""
    with reading_session(parts.engine) as session:
        keys = {part.email: part.key for part in CAST}
        topic = first(session, select(Topic).where(Topic.state == TopicState.OPEN).order_by(Topic.deadline))
        review = first(session, select(Topic).where(Topic.state == TopicState.IN_REVIEW).order_by(Topic.id))
        draft = first(session, select(Topic).where(Topic.state == TopicState.DRAFT))
        bid = first(session, select(Bid).where(Bid.state == BidState.DRAFT).order_by(Bid.drafted_at))
        asked = first(session, select(BidPartner).where(BidPartner.state == ConsentState.ASKED))
        panel = first(session, select(Panel).where(Panel.state == PanelState.CONCLUDED).order_by(Panel.id))
        scoring = first(session, select(Panel).where(Panel.state == PanelState.SCORING).order_by(Panel.id))
        running = select(Project).where(Project.state == ProjectState.RUNNING)
        project = first(session, running.order_by(Project.progress.desc()))
        finished = first(session, select(Project).where(Project.state == ProjectState.ACCEPTED))
        ranked = first(session, select(PriorityList).order_by(PriorityList.id))
        deciding = first(
            session,
            select(PriorityList)
            .join(MeetingDecision)
            .where(MeetingDecision.state == MeetingOpinionState.PROPOSED),
        )
        funded = first(session, select(PriorityList).where(PriorityList.kind == PriorityKind.FUNDING))
        listed = first(session, select(ChallengeList).order_by(ChallengeList.id))
        confirmed = select(Seat).where(Seat.state == SeatState.CONFIRMED)
        seat = first(session, confirmed.where(Seat.panel_id == scoring.id))
        pending = select(Milestone).where(Milestone.state == MilestoneState.PENDING)
        late = first(session, pending.order_by(Milestone.due_at))
        panels = session.scalars(select(Panel).order_by(Panel.id))
        blind = next(one for one in panels if protocol_from(one.protocol).blind)
        item = first(session, select(PanelItem).where(PanelItem.panel_id == scoring.id))
        opinion = first(session, select(PanelOpinion))
        waiting = first(session, select(Seat).where(Seat.heads, Seat.panel_id.in_(unwritten())))
        asks = select(ReopeningProposal.panel_id)
        leading = first(session, select(Seat).where(Seat.heads, Seat.panel_id.in_(asks)))
        brought = first(session, select(PendingFile).where(PendingFile.owner_kind == WORKBOOK))
        reader = keys[session.get_one(Person, brought.person_id).email]
        asking = first(
            session,
            select(Panel).where(Panel.state == PanelState.DRAFT, Panel.preferences_until.is_not(None)),
        )
        silent = first(session, select(Seat).where(Seat.panel_id == asking.id, Seat.preferred_at.is_(None)))
        expert = keys[seat.expert.person.email]
        clerk = keys[session.get_one(Person, bid.drafted_by).email]
        clerks = {p.posts[0][0]: p.key for p in CAST if p.key.endswith("_clerk")}
        heads = {p.posts[0][0]: p.key for p in CAST if p.key.endswith("_head")}
        owner = clerks[late.project.lead.code]
        return [
            Shot("front", "/"),
            Shot("topics", "/topics"),
            Shot("topic", f"/topics/{topic.code}"),
            Shot("notices", "/notices"),
            Shot("results", "/results"),
            Shot("rules", f"/rules/{listed.code}"),
            Shot("about", "/about"),
            Shot("search", "/search?q=标准"),
            Shot("sign-in", "/sign-in"),
            Shot("workbench", "/workbench", "hangzhou_clerk"),
            Shot("workbench-officer", "/workbench", "officer"),
            Shot("workbench-expert", "/workbench", expert),
            Shot("workbench-approver", "/workbench", "approver"),
            Shot("workbench-auditor", "/workbench", "auditor"),
            Shot("lists", "/manage/lists", "officer"),
            Shot("topics-desk", "/manage/topics", "officer"),
            Shot("topic-desk", f"/manage/topics/{draft.id}", "officer"),
            Shot("bids", "/bids", clerk),
            Shot("bid", f"/bids/{bid.id}", clerk),
            Shot("consent", f"/bids/{asked.bid_id}/consent", heads[asked.organisation.code]),
            Shot("bids-opened", f"/manage/topics/{review.id}/bids", "officer"),
            Shot("award", f"/manage/topics/{review.id}/award", "approver"),
            Shot("panels", "/panels", "officer"),
            Shot("panel", f"/panels/{panel.id}", "officer"),
            Shot("blinding", f"/panels/{blind.id}/blinding", "officer"),
            Shot("blind-item", f"/panels/{blind.id}/blinding/{blind.items[0].id}", "officer"),
            Shot("opinion", f"/panels/{opinion.panel_id}/opinion", "officer"),
            Shot("opinion-head", f"/panels/{waiting.panel_id}/opinion", keys[waiting.expert.person.email]),
            Shot("my-panel-head", f"/reviews/{leading.id}", keys[leading.expert.person.email]),
            Shot("analysis-head", f"/panels/{waiting.panel_id}/analysis", keys[waiting.expert.person.email]),
            Shot("panel-scoring", f"/panels/{scoring.id}", "officer"),
            Shot("panel-draft", f"/panels/{asking.id}", "officer"),
            Shot("offline-check", f"/reviews/{brought.owner_id}/offline/{brought.sha256}", reader),
            Shot("assignment", f"/panels/{asking.id}/assignment", "officer"),
            Shot("preferences", f"/reviews/{silent.id}/preferences", keys[silent.expert.person.email]),
            Shot("reviews", "/reviews", expert),
            Shot("sheet", f"/reviews/{seat.id}/items/{item.id}", expert),
            Shot("experts", "/manage/experts", "officer"),
            Shot("projects", "/projects", "officer"),
            Shot("project", f"/projects/{project.id}", "officer"),
            Shot("project-finished", f"/projects/{finished.id}", "officer"),
            Shot("report", f"/projects/milestones/{late.id}/report", owner),
            Shot("board", "/manage/milestones", "officer"),
            Shot("priority-lists", "/priority", "officer"),
            Shot("priority", f"/priority/{ranked.id}", "officer"),
            Shot("priority-before-meeting", f"/priority/{deciding.id}", "approver"),
            Shot("meeting", f"/priority/{deciding.id}/meeting", "officer"),
            Shot("meeting-approver", f"/priority/{deciding.id}/meeting", "approver"),
            Shot("funding", f"/priority/{funded.id}/funding", "approver"),
            Shot("funding-terms", f"/priority/{funded.id}/funding/terms", "officer"),
            Shot("ledger", "/ledger", "officer"),
            Shot("outbox", "/outbox", "hangzhou_clerk"),
            Shot("audit", "/audit", "auditor"),
            Shot("people", "/manage/people", "secadmin"),
            Shot("organisations", "/manage/organisations", "sysadmin"),
            Shot("account", "/account", "hangzhou_clerk"),
            Shot("sessions", "/account/sessions", "hangzhou_clerk"),
        ]


FOR_README = ("front", "topic", "workbench", "bid", "panel", "project", "priority", "board")


@contextmanager
def demonstration() -> Iterator[Flask]:
    """A demonstration with its sample year in a temporary directory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = create_app(Settings(f"sqlite:///{folder / 'shots.db'}", folder, "s" * 40, demo=True))
        parts: Runtime = app.extensions["marketplace"]
        set_up_demo(parts, print)
        yield app
        parts.engine.dispose()


def signed_in(app: Flask, context: BrowserContext, address: str, key: str | None, language: str) -> None:
    """Cookies of a member of the cast and of the language."""
    cookies = [{"name": "language", "value": language, "url": address}]
    if key is not None:
        parts: Runtime = app.extensions["marketplace"]
        email = next(part.email for part in CAST if part.key == key)
        with writing_session(parts.engine) as session:
            uow = UnitOfWork(session, SYSTEM, parts.clock(), parts.settings, parts.files)
            person = session.scalars(select(Person).where(Person.email == email)).one()
            token = begin_session(uow, person)
            session.commit()
        value = cookie_value(app, token)
        cookies.append({"name": app.config["SESSION_COOKIE_NAME"], "value": value, "url": address})
    context.add_cookies(cookies)  # type: ignore[arg-type]


def take(
    app: Flask, browser: Browser, address: str, shot: Shot, target: Path,
    language: str = "zh_Hans_CN", size: tuple[int, int] = WIDE, full: bool = False,
) -> int:  # fmt: skip
    """One picture. Answers the status of the page."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    signed_in(app, context, address, shot.who, language)
    page = context.new_page()
    response = page.goto(address + shot.path, wait_until="networkidle")
    page.screenshot(path=str(target), full_page=full)
    context.close()
    return response.status if response else 0


def main(arguments: list[str]) -> int:
    """The README's pictures, or all of them."""
    parser = argparse.ArgumentParser(prog="app.py shots")
    parser.add_argument("--all", metavar="DIR", type=Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args(arguments)
    with demonstration() as app, served(app) as address, chromium.launched() as browser:
        for shot in shots(app.extensions["marketplace"]):
            if options.only and shot.name not in options.only.split(","):
                continue
            if options.all:
                options.all.mkdir(parents=True, exist_ok=True)
                for language, width in ((a, b) for a in ("zh_Hans_CN", "en") for b in (WIDE, NARROW)):
                    target = options.all / f"{shot.name}-{language[:2]}-{width[0]}.png"
                    status = take(app, browser, address, shot, target, language, width, full=True)
                    print(f"{status} {target.name}")
            elif shot.name in FOR_README:
                PICTURES.mkdir(parents=True, exist_ok=True)
                status = take(app, browser, address, shot, PICTURES / f"{shot.name}.png")
                print(f"{status} {shot.name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
