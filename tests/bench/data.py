"""Data for the benchmark, written in bulk: what the operations would leave behind, many times over.

Size 1 is 100 topics with 10 bids each; size 100 is 10,000 topics with 100,000 bids.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from marketplace.bids.models import Bid, BidOpening
from marketplace.core.canonical import sha256_hex
from marketplace.core.clock import end_of_day
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.projects.models import QUEUES, Milestone, Project, Queue
from marketplace.reviews.models import Expert, Panel, PanelItem, ScoreSheet, Seat
from marketplace.topics.models import ChallengeList, Topic, TopicVersion
from marketplace.topics.rules import BID_RUBRIC, DEFAULT_RULES

TOPICS_PER_SIZE = 100
BIDS_PER_TOPIC = 10
SHEETS_PER_BID = 3
BATCH = 2000
WORDS = (
    "机关",
    "事务",
    "标准",
    "公物仓",
    "节能",
    "办公用房",
    "公务用车",
    "餐饮",
    "会议",
    "数字化",
    "评价",
    "规范",
)


@dataclass(frozen=True)
class Built:
    """What the pages are asked for."""

    topics: int
    bids: int
    sheets: int
    topic_code: str
    panel_topic_id: int


def build(session: Session, size: int, people: dict[str, int], now: datetime) -> Built:
    """Fills an empty, furnished database; everything follows from a fixed seed."""
    dice = random.Random(20260101)  # noqa: S311 - repeatable data, no secret
    maker = Maker(session, dice, people, now)
    maker.run(TOPICS_PER_SIZE * size)
    session.commit()
    session.execute(text("ANALYZE"))
    session.commit()
    count = TOPICS_PER_SIZE * size
    return Built(count, maker.bids, maker.sheets, "BENCH-000001", maker.scoring_topic)


def chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows in batches."""
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


class Maker:
    """Writes the rows in the order of the story."""

    def __init__(self, session: Session, dice: random.Random, people: dict[str, int], now: datetime) -> None:
        self.session, self.dice, self.people, self.now = session, dice, people, now
        kinds = (OrganisationKind.MUNICIPAL, OrganisationKind.COUNTY)
        self.bureaus = list(session.scalars(select(Organisation.id).where(Organisation.kind.in_(kinds))))
        self.province = session.scalars(select(Organisation.id).where(Organisation.code == "330000")).one()
        self.experts = list(session.scalars(select(Expert.id).order_by(Expert.id)))
        self.bids = self.sheets = 0
        self.scoring_topic = 0

    def put(self, model: type, rows: Iterator[dict[str, Any]]) -> None:
        """Writes rows of one table."""
        for batch in chunks(rows):
            self.session.execute(insert(model), batch)
        self.session.commit()

    def run(self, count: int) -> None:
        """Everything for ``count`` topics."""
        rules = DEFAULT_RULES.to_dict()
        challenge_list = ChallengeList(
            code="BENCH", title="测量用榜单", year=self.now.year, state="published", rules=rules,
            rules_sha256=sha256_hex(rules), published_at=self.now, is_sample=True,
        )  # fmt: skip
        self.session.add(challenge_list)
        self.session.flush()
        first = (self.session.scalar(select(Topic.id).order_by(Topic.id.desc()).limit(1)) or 0) + 1
        self.topic_ids = range(first, first + count)
        self.put(Topic, (self.topic(challenge_list.id, number) for number in self.topic_ids))
        self.put(TopicVersion, (self.version(number) for number in self.topic_ids))
        self.put(Bid, self.bid_rows())
        self.put(BidOpening, (self.opening(number) for number in self.opened()))
        self.put(Panel, (self.panel(number) for number in self.opened()))
        self.put(Seat, self.seats())
        self.put(PanelItem, self.items())
        self.put(ScoreSheet, self.sheet_rows())
        self.put(Project, self.projects())
        self.put(Milestone, self.milestones())
        self.restart_sequences()

    def restart_sequences(self) -> None:
        """PostgreSQL's counters, after rows were written with their own ids."""
        if self.session.get_bind().dialect.name != "postgresql":
            return
        for table in ("topic", "panel", "seat", "panel_item", "project"):
            self.session.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608
            )
        self.session.commit()

    def is_open(self, topic_id: int) -> bool:
        """Every fifth topic is still open for bids."""
        return topic_id % 5 == 0

    def opened(self) -> Iterator[int]:
        """Topics whose bids have been opened."""
        return (number for number in self.topic_ids if not self.is_open(number))

    def title(self, number: int) -> str:
        """A plausible title."""
        return "".join(self.dice.sample(WORDS, 3)) + f"研制{number}"

    def topic(self, list_id: int, number: int) -> dict[str, Any]:
        """One topic row."""
        still_open = self.is_open(number)
        awarded = not still_open and number % 2 == 0
        shift = timedelta(minutes=number % 100_000)
        return {
            "id": number, "version": 1, "list_id": list_id, "code": f"BENCH-{number - self.topic_ids[0] + 1:06d}",
            "setter_id": self.province, "title": self.title(number), "category": "标准制定", "field": "公物仓",
            "seed_clause": "二（八）", "background": "各地情况不一，需要统一标准。" * 8,
            "objectives": ["形成标准", "完成验证"],
            "deliverables": [{"key": "d1", "name": "标准文本", "kind": "标准文本", "acceptance": ["通过审查"]}],
            "milestones": [{"name": f"阶段{n}", "month": n * 3, "evidence": ["材料"]} for n in range(1, 5)],
            "duration_months": 12, "budget_min_fen": 20_000_000, "budget_max_fen": 30_000_000,
            "eligible_levels": ["municipal", "county"], "joint_allowed": True, "award_mode": "single",
            "max_awardees": 1, "expected_standard": {}, "plan_metric": "standards_30",
            "deadline": self.now + timedelta(days=20) + shift if still_open else self.now - timedelta(days=40) - shift,
            "state": "open" if still_open else ("awarded" if awarded else "in_review"),
            "returned_sections": [], "published_at": self.now - timedelta(days=80) - shift, "published_version": 1,
            "opened_at": None if still_open else self.now - timedelta(days=40), "created_on": date(2026, 1, 5),
            "is_sample": True,
        }  # fmt: skip

    def version(self, number: int) -> dict[str, Any]:
        """The topic's announced text."""
        return {
            "topic_id": number, "number": 1, "content": {}, "content_sha256": sha256_hex({}), "changes": [],
            "reason": "", "published_at": self.now - timedelta(days=80),
        }  # fmt: skip

    def bid_id(self, topic_id: int, place: int) -> int:
        """Bids have ids of their own making here, so that sheets can name them."""
        return topic_id * 100 + place

    def bid_rows(self) -> Iterator[dict[str, Any]]:
        """All bids."""
        for topic_id in self.topic_ids:
            state = "submitted" if self.is_open(topic_id) else "opened"
            for place in range(BIDS_PER_TOPIC):
                self.bids += 1
                won = state == "opened" and place == 0 and topic_id % 2 == 0
                yield {
                    "id": self.bid_id(topic_id, place), "version": 1, "topic_id": topic_id,
                    "lead_id": self.bureaus[(topic_id * 7 + place) % len(self.bureaus)],
                    "state": "awarded" if won else state, "content": {"understanding": "理解" * 50},
                    "budget_fen": 25_000_000, "drafted_at": self.now - timedelta(days=60),
                    "saved_at": self.now - timedelta(days=50), "submitted_at": self.now - timedelta(days=50),
                    "number": f"BENCH-{topic_id}-{place}", "is_sample": True,
                }  # fmt: skip

    def opening(self, topic_id: int) -> dict[str, Any]:
        """The opening record."""
        return {
            "topic_id": topic_id, "deadline": self.now - timedelta(days=41), "opened_at": self.now - timedelta(days=40),
            "count": 0, "record": [], "record_sha256": sha256_hex([]),
        }  # fmt: skip

    def panel(self, topic_id: int) -> dict[str, Any]:
        """One panel a topic; those of awarded topics have concluded."""
        done = topic_id % 2 == 0
        if not done and not self.scoring_topic:
            self.scoring_topic = topic_id
        rubric = DEFAULT_RULES.to_dict()["bid_rubric"]
        return {
            "id": topic_id, "version": 1, "subject_kind": "bid", "topic_id": topic_id, "rubric": rubric, "size": 5,
            "trim_from": 5, "reason_below": 60, "state": "concluded" if done else "scoring",
            "convened_at": self.now - timedelta(days=39), "released_at": self.now - timedelta(days=38),
            "due_at": self.now + timedelta(days=5), "is_sample": True,
        }  # fmt: skip

    def seats(self) -> Iterator[dict[str, Any]]:
        """Seats of confirmed experts."""
        for topic_id in self.opened():
            for place in range(SHEETS_PER_BID):
                yield {
                    "id": topic_id * 10 + place, "version": 1, "panel_id": topic_id, "expert_id": self.experts[place],
                    "state": "confirmed", "decided_at": self.now - timedelta(days=38),
                }  # fmt: skip

    def items(self) -> Iterator[dict[str, Any]]:
        """One item a bid."""
        for topic_id in self.opened():
            done = topic_id % 2 == 0
            for place in range(BIDS_PER_TOPIC):
                organisation = self.bureaus[(topic_id * 7 + place) % len(self.bureaus)]
                yield {
                    "id": topic_id * 100 + place, "version": 1, "panel_id": topic_id, "position": place + 1,
                    "subject_id": self.bid_id(topic_id, place), "label": f"揭榜单位{place}",
                    "organisation_id": organisation, "parties": [organisation],
                    "total": self.score() if done else None, "rank": place + 1 if done else None,
                }  # fmt: skip

    def score(self) -> Decimal:
        """A total with two decimals."""
        return Decimal(self.dice.randrange(6000, 9900)) / 100

    def sheet_rows(self) -> Iterator[dict[str, Any]]:
        """Score sheets: submitted where the panel has concluded, drafts elsewhere."""
        marks = {c.code: {"score": 85, "comment": "较好"} for c in BID_RUBRIC.criteria}
        for topic_id in self.opened():
            done = topic_id % 2 == 0
            for place, seat in itertools.product(range(BIDS_PER_TOPIC), range(SHEETS_PER_BID)):
                self.sheets += 1
                yield {
                    "id": topic_id * 1000 + place * 10 + seat, "version": 1, "item_id": topic_id * 100 + place,
                    "seat_id": topic_id * 10 + seat, "state": "submitted" if done else "draft", "marks": marks,
                    "comment": "意见", "total": self.score() if done else None, "saved_at": self.now,
                    "submitted_at": self.now if done else None,
                }  # fmt: skip

    def projects(self) -> Iterator[dict[str, Any]]:
        """A running project for each awarded topic."""
        for topic_id in (number for number in self.opened() if number % 2 == 0):
            yield {
                "id": topic_id, "version": 1, "number": f"BENCH-P-{topic_id}", "topic_id": topic_id,
                "bid_id": self.bid_id(topic_id, 0), "lead_id": self.bureaus[(topic_id * 7) % len(self.bureaus)],
                "title": self.title(topic_id), "state": "running", "opened_at": self.now - timedelta(days=30),
                "due_on": (self.now + timedelta(days=330)).date(), "budget_fen": 0, "indicators": [], "progress": 25,
                "is_sample": True,
            }  # fmt: skip

    def milestones(self) -> Iterator[dict[str, Any]]:
        """Four milestones a project: one passed, one reported or overdue, two to come."""
        for topic_id in (number for number in self.opened() if number % 2 == 0):
            for place in range(4):
                day = (self.now + timedelta(days=90 * place - 60 + topic_id % 50)).date()
                state = (
                    "passed"
                    if place == 0
                    else ("reported" if place == 1 and topic_id % 3 == 0 else "pending")
                )
                yield {
                    "version": 1, "project_id": topic_id, "position": place + 1, "name": f"阶段{place + 1}",
                    "deliverables": "标准草案", "evidence": ["纪要"], "weight": 25, "due_on": day,
                    "due_at": end_of_day(day), "state": state, "queue": QUEUES.get(state, Queue.OPEN),
                    "reported_at": self.now if state != "pending" else None,
                    "passed_at": self.now if state == "passed" else None, "draft": {},
                }  # fmt: skip


def bench_now() -> datetime:
    """Today at nine in Beijing: the data lies around it."""
    return datetime.now(UTC).replace(hour=1, minute=0, second=0, microsecond=0)
