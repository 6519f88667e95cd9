"""Fills an empty, furnished database in the order of the story."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow, Seal
from marketplace.bids.models import Bid, BidOpening
from marketplace.core.canonical import sha256_hex
from marketplace.notices.models import Notice
from marketplace.projects.models import Milestone, MilestoneReport, Project
from marketplace.reviews.models import Duty, Panel, PanelItem, ScoreSheet, Seat
from marketplace.topics.models import ChallengeList, Topic, TopicVersion
from marketplace.topics.rules import DEFAULT_RULES
from tests.bench import rows_projects, rows_reviews, rows_topics
from tests.bench.data import Amounts, Plan, Source, Writer, plan_for

TABLES: tuple[tuple[Any, Source], ...] = (
    (Topic, rows_topics.topic_rows),
    (TopicVersion, rows_topics.version_rows),
    (Notice, rows_topics.notice_rows),
    (Seal, rows_topics.seal_rows),
    (AuditRow, rows_topics.audit_rows),
    (Bid, rows_reviews.bid_rows),
    (BidOpening, rows_reviews.opening_rows),
    (Panel, rows_reviews.panel_rows),
    (Seat, rows_reviews.seat_rows),
    (PanelItem, rows_reviews.item_rows),
    (Duty, rows_reviews.duty_rows),
    (ScoreSheet, rows_reviews.sheet_rows),
    (Project, rows_projects.project_rows),
    (Milestone, rows_projects.milestone_rows),
    (MilestoneReport, rows_projects.report_rows),
)


@dataclass(frozen=True, slots=True)
class Built:
    """What the pages are asked for."""

    plan: Plan
    topic_code: str
    topics: int
    bids: int
    sheets: int


def build(session: Session, amounts: Amounts, people: Mapping[str, int], now: datetime) -> Built:
    """The search is filled by the program's own rebuild, not here."""
    writer = Writer(session)
    plan = plan_for(session, writer, amounts, people, _list(session, now), now)
    for model, source in TABLES:
        writer.put(model, source(plan))
    writer.finish()
    bids = sum(len(plan.bids(topic)) for topic in plan.topics)
    sheets = sum(len(plan.bids(topic)) for topic in plan.opened) * 3
    return Built(plan, rows_topics.code(plan, plan.first), len(plan.topics), bids, sheets)


def _list(session: Session, now: datetime) -> int:
    rules = DEFAULT_RULES.to_dict()
    known = session.scalar(select(ChallengeList.id).where(ChallengeList.code == "BENCH"))
    if known is not None:
        return known
    made = ChallengeList(
        code="BENCH", title="测量用榜单（示例）", year=now.year, state="published", rules=rules,
        rules_sha256=sha256_hex(rules), published_at=now, is_sample=True,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id
