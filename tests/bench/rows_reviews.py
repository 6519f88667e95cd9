"""Rows of bids, their opening, panels, seats, items and score sheets."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from marketplace.bids.content import BidContent, BudgetLine, Indicator, PlannedMilestone
from marketplace.core.canonical import sha256_hex
from marketplace.reviews.keeping import brief_of
from marketplace.topics.rules import BID_RUBRIC, DEFAULT_RULES
from tests.bench.data import SHEETS_PER_BID, Plan, Row, days

CENT = Decimal("0.01")
CONTENT = BidContent(
    leader_name="负责人（示例）", understanding="对任务的理解。" * 30, approach="技术路线。" * 60, pledged=True,
    indicators=tuple(Indicator(f"d{n}", "指标", "尚无", "一套", "文本") for n in (1, 2, 3)),
    milestones=tuple(PlannedMilestone(f"第{n}阶段", n * 3, "草案", ("纪要",), "某人", 25) for n in (1, 2, 3, 4)),
    budget=(BudgetLine("own", "调研", 15_000_000), BudgetLine("provincial", "验证", 10_000_000)),
).to_dict()  # fmt: skip
CONTENT_SHA256 = sha256_hex(CONTENT)


def bid_rows(plan: Plan) -> Iterator[Row]:
    """All bids; the first one of an awarded topic has won."""
    for topic in plan.topics:
        state = "submitted" if plan.is_open(topic) else "opened"
        for place, bid in enumerate(plan.bids(topic)):
            yield {
                "id": bid, "version": 1, "topic_id": topic, "lead_id": plan.lead(topic, place), "content": CONTENT,
                "state": "awarded" if plan.is_awarded(topic) and place == 0 else state, "budget_fen": 25_000_000,
                "drafted_at": plan.now - days(60), "saved_at": plan.now - days(50),
                "submitted_at": plan.now - days(50), "number": f"BENCH-{bid}", "is_sample": True,
            }  # fmt: skip


def opening_rows(plan: Plan) -> Iterator[Row]:
    """The record of every opening."""
    for topic in plan.opened:
        record = [
            {
                "bid_id": bid, "number": f"BENCH-{bid}", "organisation_id": plan.lead(topic, place),
                "organisation": "揭榜单位（示例）", "content_sha256": CONTENT_SHA256,
                "submitted_at": (plan.now - days(50)).isoformat(), "intact": True, "overlaps": [],
            }
            for place, bid in enumerate(plan.bids(topic))
        ]  # fmt: skip
        yield {
            "topic_id": topic, "deadline": plan.now - days(41), "opened_at": plan.now - days(40), "count": len(record),
            "record": record, "record_sha256": sha256_hex(record),
        }  # fmt: skip


def panel_rows(plan: Plan) -> Iterator[Row]:
    """One panel for each opened topic; those of awarded ones have concluded."""
    rubric = DEFAULT_RULES.to_dict()["bid_rubric"]
    for topic in plan.opened:
        done = plan.is_concluded(topic)
        yield {
            "id": topic, "version": 1, "subject_kind": "bid", "topic_id": topic, "rubric": rubric, "size": 5,
            "trim_from": 5, "reason_below": 60, "state": "concluded" if done else "scoring",
            "convened_by": plan.people["officer"], "convened_at": plan.now - days(39),
            "released_at": plan.now - days(38), "due_at": plan.now + days(5),
            "concluded_at": plan.now - days(33) if done else None, "result": result(plan, topic) if done else None,
            "result_brief": brief_of(result(plan, topic)) if done else None,
            "is_sample": True,
        }  # fmt: skip


def result(plan: Plan, topic: int) -> Row:
    """The result as its page reads it: every place, no tie left open."""
    places = [
        {"item": item, "rank": rank, "score": "80.00", "needs_vote": False}
        for rank, item in enumerate(plan.bids(topic), 1)
    ]
    return {"method": "announced", "rule": {}, "criteria": [], "places": places, "unranked": [], "warnings": [],
            "inputs_sha256": "0" * 64, "votes": [], "sha256": "0" * 64}  # fmt: skip


def seat_rows(plan: Plan) -> Iterator[Row]:
    """Seats of confirmed experts."""
    for topic in plan.opened:
        for place in range(SHEETS_PER_BID):
            yield {
                "id": topic * 10 + place, "version": 1, "panel_id": topic, "expert_id": plan.experts[place],
                "state": "confirmed", "decided_at": plan.now - days(38),
            }  # fmt: skip


def marks(item: int, seat: int) -> dict[str, int]:
    """What an expert gave for each criterion: follows from the ids, so that sheets and traces agree."""
    base = 60 + item * 7 % 38
    return {c.code: min(100, base + (seat + n) % 5) for n, c in enumerate(BID_RUBRIC.criteria)}


def total(given: dict[str, int]) -> Decimal:
    """The weighted total."""
    weighted = sum(given[criterion.code] * criterion.weight for criterion in BID_RUBRIC.criteria)
    return (Decimal(weighted) / 100).quantize(CENT, ROUND_HALF_UP)


def item_rows(plan: Plan) -> Iterator[Row]:
    """One item a bid, ranked where the panel has concluded."""
    for topic in plan.opened:
        traces = [trace(topic, item) for item in plan.bids(topic)]
        order = sorted(range(len(traces)), key=lambda place: -Decimal(traces[place]["plain_mean"]))
        ranks = {place: rank for rank, place in enumerate(order, 1)}
        done = plan.is_concluded(topic)
        for place, item in enumerate(plan.bids(topic)):
            lead = plan.lead(topic, place)
            yield {
                "id": item, "version": 1, "panel_id": topic, "position": place + 1, "subject_id": item,
                "label": f"揭榜单位{place}（示例）", "organisation_id": lead, "parties": [lead],
                "total": Decimal(traces[place]["plain_mean"]) if done else None,
                "rank": ranks[place] if done else None, "trace": traces[place] if done else None,
            }  # fmt: skip


def trace(topic: int, item: int) -> Row:
    """How an item came to its score, in the shape of ``reviews.scoring.trace_of``."""
    totals = [total(marks(item, seat)) for seat in range(SHEETS_PER_BID)]
    mean = (sum(totals, Decimal()) / len(totals)).quantize(CENT, ROUND_HALF_UP)
    return {
        "sheets": [{"seat": topic * 10 + n, "total": str(one), "dropped": ""} for n, one in enumerate(totals)],
        "incomplete": [], "recused": [], "counted": len(totals), "plain_mean": str(mean), "sd": "1.00",
        "contributions": {c.code: str(mean * c.weight / 100) for c in BID_RUBRIC.criteria},
        "tie_break": str(mean), "by_tie_break": False, "needs_vote": False, "warnings": [],
    }  # fmt: skip


def duty_rows(plan: Plan) -> Iterator[Row]:
    """Every member scores every bid."""
    for topic in plan.opened:
        for item in plan.bids(topic):
            for seat in range(SHEETS_PER_BID):
                yield {
                    "id": item * 10 + seat, "panel_id": topic, "item_id": item, "seat_id": topic * 10 + seat,
                    "origin": "whole", "state": "live", "given_at": plan.now - days(38),
                }  # fmt: skip


def sheet_rows(plan: Plan) -> Iterator[Row]:
    """Score sheets: submitted where the panel has concluded, drafts elsewhere."""
    for topic in plan.opened:
        done = plan.is_concluded(topic)
        for item in plan.bids(topic):
            for seat in range(SHEETS_PER_BID):
                given = marks(item, seat)
                yield {
                    "id": item * 10 + seat, "version": 1, "item_id": item, "seat_id": topic * 10 + seat,
                    "state": "submitted" if done else "draft", "comment": "总体意见（示例）",
                    "marks": {k: {"score": str(v), "unable": False, "comment": "较好"} for k, v in given.items()},
                    "total": total(given) if done else None, "saved_at": plan.now - days(34),
                    "submitted_at": plan.now - days(34) if done else None,
                }  # fmt: skip
