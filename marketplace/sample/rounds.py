"""The priority rounds of the sample year: one published as the meeting settled it, one before its meeting, a national
recommendation in which units still declare."""

from datetime import datetime
from decimal import Decimal

from marketplace.priority import declarations, weighing
from marketplace.priority import operations as priority
from marketplace.priority.models import Declaration, PriorityKind, PriorityList
from marketplace.priority.rules import DEFAULT_CRITERIA, Conditions, Criterion, RoundRules, Source
from marketplace.sample import meetings
from marketplace.sample.players import evidence
from marketplace.sample.stage import Scene, Stage

PILOT = RoundRules(criteria=DEFAULT_CRITERIA)
NATIONAL = RoundRules(
    5,
    (
        Criterion("outcome", "成果质量", "Quality of the outcome", 50, Source.OUTCOME),
        Criterion("on_time", "按期完成", "Milestones on time", 10, Source.ON_TIME),
        Criterion("use", "采用单位数", "Adopting units", 40, Source.DECLARED, 10),
    ),
    Conditions(least_grade="good", failed_months=12, per_unit=1),
)
JUDGEMENTS = {"outcome|on_time": "5", "outcome|use": "2", "on_time|use": "1/3"}
DECLARED = (
    ("hangzhou", "8", "已有8家单位采用，名单和证明见附件。（示例）"),
    ("ningbo", "5", "已有5家单位采用。（示例）"),
)


def rankings(stage: Stage) -> Scene:
    """One pilot list is published, one is before the meeting, one a draft; units declare for the national list."""
    yield stage.day(-24, 9)
    pilot_id = draft(stage, PriorityKind.PILOT, "省级专项试点优先名单（示例）", 2, PILOT)
    yield stage.day(-23, 15)
    stage.do("approver", priority.announce_list, (PriorityList, pilot_id))
    yield stage.day(-9, 9)
    stage.do("officer", priority.compute_list, (PriorityList, pilot_id))
    stage.compute_waiting()
    yield stage.day(-8, 10)
    typed = meetings.record(stage, pilot_id, 3)
    yield stage.day(-8, 14)
    meetings.confirm(stage, pilot_id, typed)
    yield stage.day(-8, 15)
    stage.do("approver", priority.publish_list, (PriorityList, pilot_id))
    yield from national_round(stage)
    yield from second_pilot(stage)
    yield stage.day(-1, 10)
    draft(stage, PriorityKind.PILOT, "第三批省级专项试点优先名单（示例）", 3, PILOT)


def second_pilot(stage: Stage) -> Scene:
    """Before its meeting: one decision waits for the second person, the others are not typed yet."""
    yield stage.day(-4, 9)
    list_id = draft(stage, PriorityKind.PILOT, "第二批省级专项试点优先名单（示例）", 2, PILOT)
    yield stage.day(-4, 15)
    stage.do("approver", priority.announce_list, (PriorityList, list_id))
    yield stage.day(-2, 9)
    stage.do("officer", priority.compute_list, (PriorityList, list_id))
    stage.compute_waiting()
    yield stage.day(-2, 11)
    meetings.record(stage, list_id, 4, 1)


def national_round(stage: Stage) -> Scene:
    """Weights by comparing in pairs; one unit has submitted what it declares, another is still writing."""
    yield stage.day(-6, 9)
    until = stage.day(12, 18)
    list_id = draft(stage, PriorityKind.NATIONAL, "国家级项目推荐名单（示例）", 2, NATIONAL, until)
    stage.do("officer", weighing.judge, (PriorityList, list_id), JUDGEMENTS)
    stage.do("officer", weighing.adopt, (PriorityList, list_id))
    yield stage.day(-5, 15)
    stage.do("approver", priority.announce_list, (PriorityList, list_id))
    yield stage.day(-3, 10)
    for number, (key, value, note) in enumerate(DECLARED):
        declaration_id = declare(stage, list_id, key, value, note)
        if number == 0:
            stage.do(f"{key}_head", declarations.submit_declaration, (Declaration, declaration_id))


def draft(
    stage: Stage, kind: str, title: str, places: int, rules: RoundRules, until: datetime | None = None
) -> int:
    """The officer draws up a round."""
    with stage.acting("officer") as uow:
        drawn = priority.draft_list(uow, kind, title, places, rules, until)
        drawn.is_sample = True
        return drawn.id


def declare(stage: Stage, list_id: int, key: str, value: str, note: str) -> int:
    """The clerk fills in what the unit declares for its first candidate."""
    with stage.acting(f"{key}_clerk") as uow:
        plist = uow.session.get_one(PriorityList, list_id)
        candidate = next(iter(declarations.candidates_of(uow.session, plist, uow.actor.organisation_id or 0)))
        one = declarations.begin_declaration(uow, plist, candidate, "use")
        proof = evidence("采用证明", note)
        declarations.save_declaration(uow, one, declarations.Declared(Decimal(value), note, [proof]))
        return one.id
