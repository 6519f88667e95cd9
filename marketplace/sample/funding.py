"""The sample year's funding round (资金支持): terms, five requests, a computed plan, and a deviation that waits for the
second person."""

from datetime import UTC

from sqlalchemy import select

from marketplace.organisations.models import Organisation
from marketplace.priority import operations as priority
from marketplace.priority.funding import operations as funding
from marketplace.priority.funding.factors import Factor
from marketplace.priority.funding.models import FundingRequest
from marketplace.priority.funding.queries import plan_of
from marketplace.priority.funding.terms import Group, Terms, Year
from marketplace.priority.funding.trials import try_terms
from marketplace.priority.models import PriorityKind, PriorityList
from marketplace.priority.rules import DEFAULT_CRITERIA, RoundRules
from marketplace.projects.models import Project
from marketplace.projects.workflow import ProjectState
from marketplace.sample.meetings import held
from marketplace.sample.stage import Scene, Stage

TITLE = "标准化项目资金支持名单（示例）"
WAN = 1_000_000
REQUESTS = (
    ("hangzhou", 40, 30),
    ("anji", 30, 22),
    ("deqing", 28, 20),
    ("ningbo", 45, 35),
    ("wenzhou", 30, 24),
)
"""Unit, amount and least amount in 万元."""
PURPOSE = "用于标准实施所需的设备、培训和第三方评估（示例）。"
GROUPS = (Group("level:county", least=1), Group("city:*", most=2), Group("unit:*", share=40))

FACTORS = (Factor("level:county", "1.20"),)


def funding_round(stage: Stage) -> Scene:
    """Announced three weeks ago; the plan is there, the meeting has looked at it."""
    yield stage.day(-22, 9)
    with stage.acting("officer") as uow:
        drawn = priority.draft_list(
            uow, PriorityKind.FUNDING, TITLE, 3, RoundRules(criteria=DEFAULT_CRITERIA)
        )
        drawn.is_sample = True
        list_id = drawn.id
    plist = (PriorityList, list_id)
    _terms(stage, list_id)
    yield stage.day(-21, 15)
    stage.do("approver", priority.announce_list, plist)
    for number, (unit, amount, least) in enumerate(REQUESTS):
        yield stage.day(-18 + number, 11)
        _request(stage, list_id, unit, amount, least)
    yield stage.day(-11, 9)
    stage.do("officer", priority.compute_list, plist)
    stage.compute_waiting()
    stage.do("officer", funding.plan_funding, plist)
    stage.compute_waiting()
    yield stage.day(-3, 10)
    _trial(stage, list_id)
    yield stage.day(-2, 16)
    _deviation(stage, list_id)


def _terms(stage: Stage, list_id: int) -> None:
    with stage.acting("officer") as uow:
        funding.draft_terms(uow, uow.session.get_one(PriorityList, list_id), _of(stage, 100, GROUPS))


def _of(stage: Stage, envelope: int, groups: tuple[Group, ...]) -> Terms:
    until = stage.day(-12, 17, 30).astimezone(UTC).isoformat()
    return Terms((Year(stage.day(0).year, envelope * WAN),), "65", groups, until, FACTORS)


def _trial(stage: Stage, list_id: int) -> None:
    """What a smaller envelope with two projects of counties would give."""
    with stage.acting("officer") as uow:
        plist = uow.session.get_one(PriorityList, list_id)
        try_terms(uow, plist, _of(stage, 90, (Group("level:county", least=2),)))
    stage.compute_waiting()


def _request(stage: Stage, list_id: int, unit: str, amount: int, least: int) -> None:
    project_id = _project_of(stage, f"{unit}_clerk")
    if project_id is None:
        return
    years = [{"year": stage.day(0).year, "amount": amount * WAN, "minimum": least * WAN}]
    with stage.acting(f"{unit}_clerk") as uow:
        plist = uow.session.get_one(PriorityList, list_id)
        project = uow.session.get_one(Project, project_id)
        request_id = funding.save_request(uow, plist, project, years, PURPOSE).id
    stage.do(f"{unit}_head", funding.submit_request, (PriorityList, list_id), (FundingRequest, request_id))


def _project_of(stage: Stage, key: str) -> int | None:
    """The unit's first accepted project."""
    lead = stage.organisation_of(key)
    query = (
        select(Project.id)
        .join(Organisation, Organisation.id == Project.lead_id)
        .where(Project.lead_id == lead, Project.state == ProjectState.ACCEPTED)
        .order_by(Project.number)
        .limit(1)
    )
    with stage.acting(None) as uow:
        return uow.session.scalar(query)


def _deviation(stage: Stage, list_id: int) -> None:
    """The meeting wants to leave out the last of the funded projects; the second person has not decided yet."""
    with stage.acting("officer") as uow:
        plan = plan_of(uow.session, list_id)
        rows = plan.result["rows"] if plan is not None and plan.result is not None else []
        funded = [row for row in rows if row["funded"]]
        if funded:
            plist = uow.session.get_one(PriorityList, list_id)
            project_id = int(funded[-1]["key"].removeprefix("project:"))
            reason = "该项目已列入本地年度预算，会议建议省级资金转给其他项目（示例）。"
            funding.propose_deviation(uow, plist, project_id, [0], reason, held(uow, 4))
