"""What the cast does, deed by deed: bids, reviews, awards, milestones, outcomes — always through the operations."""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from marketplace.bids import award, partners
from marketplace.bids import operations as bidding
from marketplace.bids.content import content_from_dict
from marketplace.bids.models import AwardDecision, Bid
from marketplace.bids.queries import AGREEMENT
from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.core.dataclass import dataclass
from marketplace.core.money import FEN_PER_WAN
from marketplace.experts import operations as pool
from marketplace.experts.models import Expert, ExpertKind
from marketplace.experts.profiles import ExpertProfile, OwnProfile
from marketplace.files.operations import GivenFile
from marketplace.organisations.models import Person
from marketplace.projects import operations as milestones
from marketplace.projects import outcomes
from marketplace.projects.models import Milestone, Outcome, Project
from marketplace.reviews.blind.checks import blind_items
from marketplace.reviews.blind.leads import LeadKind
from marketplace.reviews.heads import head_in, head_of, proposed
from marketplace.reviews.models import Panel, RecusalEntry, Seat
from marketplace.reviews.offline.reading import OPINION, Filled, Row
from marketplace.reviews.offline.standing import desk_of, identity_of
from marketplace.reviews.operations import (
    assignment,
    blinding,
    heads,
    panels,
    proposals,
    ratings,
    recusals,
    results,
    sheets,
)
from marketplace.reviews.operations.offline import import_sheets
from marketplace.reviews.pool import pool_for
from marketplace.reviews.proposals import submitted_sheets
from marketplace.reviews.queries.own import own_items, place_for
from marketplace.reviews.queries.panels import items_of, seats_of
from marketplace.reviews.queries.workload import duties_of
from marketplace.reviews.scoring import MarkInput
from marketplace.reviews.subjects import SUBJECTS
from marketplace.reviews.workflow import DutyOrigin, SeatState, SubjectKind
from marketplace.sample.cast import CAST
from marketplace.sample.stage import Stage
from marketplace.sample.texts import written_bid
from marketplace.topics.models import Topic
from marketplace.topics.rules import rubric_from_dict

REACHED = outcomes.Achievement("已按约定完成，并通过内部审核", "见附件成果文本和运行台账")
SCORE_SPREAD = (0, 2, -3, 1, -1, 4, -2, 3, -4)
"""How each expert leans, in points: some are milder, some more severe."""


@dataclass(frozen=True, slots=True)
class Bidder:
    """One sample bid: who bids, with which partners, how good the panel will find it (0–100), how much it asks."""

    key: str
    quality: int
    partners: tuple[str, ...] = ()
    wan: int = 0


def evidence(name: str, text: str) -> GivenFile:
    """A small text file as evidence."""
    return GivenFile(f"{name}（示例）.txt", io.BytesIO(f"示例材料\n\n{text}\n".encode()))


def draft(stage: Stage, topic_id: int, bidder: Bidder) -> int:
    """The clerk writes a complete draft."""
    with stage.acting(f"{bidder.key}_clerk") as uow:
        topic = uow.session.get_one(Topic, topic_id)
        bid = bidding.start_bid(uow, topic)
        unit = uow.actor.organisation_name
        content = written_bid(content_from_dict(bid.content), topic, "示例负责人", unit, bidder.wan)
        bidding.save_bid(uow, bid, content)
        if bidder.partners:
            partners.set_partners(uow, bid, [_terms(stage, bidder, code) for code in bidder.partners])
        bidding.change_bid_files(uow, bid, [evidence("承诺书", f"{unit}承诺所填内容真实。")])
        return bid.id


def _terms(stage: Stage, bidder: Bidder, code: str) -> partners.PartnerTerms:
    share = bidder.wan * FEN_PER_WAN // 5
    return partners.PartnerTerms(stage.organisations[code], "标准文本研究与技术支持", share)


def ask_partners(stage: Stage, bidder: Bidder, bid_id: int) -> None:
    """The lead asks who can answer; for the others it uploads the joint agreement."""
    with stage.acting(f"{bidder.key}_clerk") as uow:
        bid = uow.session.get_one(Bid, bid_id)
        asked = partners.ask_partners(uow, bid)
        if asked < len(bid.partners):
            signed = evidence("联合体协议", "各方约定任务、经费、成果归属和责任。")
            bidding.change_bid_files(uow, bid, [signed], purpose=AGREEMENT)


def agree(stage: Stage, bidder: Bidder, bid_id: int) -> None:
    """Each partner that has a head agrees to the terms as they stand."""
    for part in CAST:
        code, role = part.posts[0]
        if role == Role.HEAD and code in bidder.partners:
            with stage.acting(part.key) as uow:
                bid = uow.session.get_one(Bid, bid_id)
                own = partners.partner_of(bid, uow.actor.organisation_id)
                partners.give_consent(uow, bid, own.terms_sha256 or "")


def send(stage: Stage, bidder: Bidder, bid_id: int) -> None:
    """The clerk sends the draft to the head."""
    stage.do(f"{bidder.key}_clerk", bidding.send_to_head, (Bid, bid_id))


def submit(stage: Stage, bidder: Bidder, bid_id: int) -> None:
    """The head submits."""
    stage.do(f"{bidder.key}_head", bidding.submit_bid, (Bid, bid_id))


def convene(stage: Stage, topic_id: int, seed: int) -> int:
    """The officer convenes a panel on the opened bids and draws its members."""
    with stage.acting("officer") as uow:
        topic = uow.session.get_one(Topic, topic_id)
        subjects = SUBJECTS[SubjectKind.BID].subjects(uow.session, topic_id)
        panel = panels.convene_panel(uow, topic, SubjectKind.BID, subjects)
        panels.propose_members(uow, panel, seed=seed)
        return panel.id


def convene_acceptance(stage: Stage, outcome_id: int, seed: int) -> int:
    """The officer convenes an acceptance panel on an outcome and draws its members."""
    with stage.acting("officer") as uow:
        panel = outcomes.convene_acceptance(uow, uow.session.get_one(Outcome, outcome_id))
        panels.propose_members(uow, panel, seed=seed)
        return panel.id


def assign(stage: Stage, panel_id: int) -> None:
    """The officer has the items given out, and the worker's part is done at once."""
    stage.do("officer", assignment.request_assignment, (Panel, panel_id))
    stage.compute_waiting()


def check_names(stage: Stage, panel_id: int) -> None:
    """The officer looks at what the texts of a blind panel may tell: how a unit speaks of itself is hidden, the rest
    tells nothing; into the files of the first item he has looked."""
    with stage.acting("officer") as uow:
        panel = uow.session.get_one(Panel, panel_id)
        for one in blind_items(uow.session, panel, items_of(uow.session, panel_id)):
            telling = {lead.key for lead in one.open_leads if lead.kind == LeadKind.LEVEL}
            rest = {lead.key for lead in one.open_leads} - telling
            for keys, hide in ((telling, True), (rest, False)):
                if keys:
                    blinding.settle_leads(uow, panel, one.item, keys, hide)
            if one.item.position == 1:
                for file, _mark in one.files:
                    blinding.clear_file(uow, panel, one.item, file.id, True)


def ask_for_recusals(stage: Stage, topic_id: int, bidder: Bidder, bid_id: int) -> None:
    """A bidder asks that two experts be recused: one request is refused, the other still waits. An expert keeps her
    profile up to date, and the office enters a talent beside the experts."""
    with stage.acting(None) as uow:
        known = {one.person_id: one.id for one in uow.session.scalars(select(Expert))}
    first, second = (known[stage.people[key]] for key in ("expert4", "expert9"))
    with stage.acting(f"{bidder.key}_clerk") as uow:
        topic = uow.session.get_one(Topic, topic_id)
        asked = recusals.Request(first, "", "该专家曾在公开场合评价本单位方案。（示例）")
        entry_id = recusals.request_recusal(uow, topic, SubjectKind.BID, bid_id, asked).id
        asked = recusals.Request(second, "", "该专家所在单位与本单位有合同纠纷。（示例）")
        recusals.request_recusal(uow, topic, SubjectKind.BID, bid_id, asked)
    refusal = recusals.Decision(False, "公开的学术评价不影响公正评审，不属于应当回避的情形。（示例）")
    stage.do("officer", recusals.decide_recusal, (RecusalEntry, entry_id), refusal)
    own = OwnProfile(("标准化研究", "试点示范"), "正高级工程师（示例）", ("zh", "en"), 6)
    stage.do("expert4", pool.change_own_profile, (Expert, first), own)
    talent = ExpertProfile(
        ("节能管理",), "工程师（示例）", True, date(stage.moment.year, 1, 1), kind=ExpertKind.TALENT
    )
    stage.do("officer", pool.enrol_expert, (Person, stage.people["quzhou_clerk"]), talent)


def name_head(stage: Stage, panel_id: int) -> None:
    """The officer names whom the program proposes to head the panel."""
    with stage.acting("officer") as uow:
        panel = uow.session.get_one(Panel, panel_id)
        fit = {
            one.seat.id
            for one in pool_for(uow.session, panel, beijing_date(uow.now)).candidates
            if one.may_head and one.seat is not None
        }
        members = [seat for seat in seats_of(uow.session, panel_id) if seat.id in fit]
        if head_in(members) is None and (best := proposed(members)) is not None:
            heads.name_head(uow, panel, best.id)


def release(stage: Stage, panel_id: int, days: int = 10) -> None:
    """The officer names the panel's head and lets the scoring begin."""
    name_head(stage, panel_id)
    stage.do("officer", panels.release_panel, (Panel, panel_id), stage.moment + timedelta(days=days))


def seats(stage: Stage, panel_id: int) -> list[tuple[int, str]]:
    """The panel's seats with the member of the cast on each."""
    by_person = {person: key for key, person in stage.people.items()}
    with stage.acting(None) as uow:
        rows = uow.session.execute(
            select(Seat.id, Expert.person_id)
            .join(Expert, Expert.id == Seat.expert_id)
            .where(Seat.panel_id == panel_id, Seat.state.in_((SeatState.INVITED, SeatState.CONFIRMED)))
            .order_by(Seat.id)
        ).all()
    return [(seat, by_person[person]) for seat, person in rows]


def confirm(stage: Stage, seat_id: int, key: str) -> None:
    """An expert declares that there is no conflict of interest."""
    stage.do(key, sheets.confirm_seat, (Seat, seat_id))


def score(
    stage: Stage,
    seat_id: int,
    key: str,
    qualities: Sequence[int],
    *,
    submitting: bool = True,
    lost: int = 0,
) -> None:
    """An expert scores all items before her (``qualities``: of the whole panel's items), leaning a little in her own
    way; ``lost``: points by which she is off at the first of them."""
    lean = SCORE_SPREAD[stage.people[key] % len(SCORE_SPREAD)]
    with stage.acting(key) as uow:
        seat = uow.session.get_one(Seat, seat_id)
        rubric = rubric_from_dict(seat.panel.rubric)
        for number, (item, sheet) in enumerate(own_items(uow.session, seat)):
            if sheet is not None and sheet.submitted_at is not None:
                continue
            place = place_for(uow.session, uow.actor, seat_id, item.id)
            points = qualities[item.position - 1] + lean - (lost if number == 0 else 0)
            marks = {
                criterion.code: _mark(points + (number + turn) % 3 - 1)
                for turn, criterion in enumerate(rubric.criteria)
            }
            sheets.save_sheet(uow, place, marks, "总体意见：内容完整，建议进一步细化考核指标。（示例）")
        if submitting:
            sheets.submit_sheets(uow, seat)


def propose_reopening(stage: Stage, panel_id: int) -> None:
    """The panel's head, where she has confirmed, asks the chair to give a sheet back."""
    with stage.acting(None) as uow:
        head, sheets = head_of(uow.session, panel_id), submitted_sheets(uow.session, panel_id)
        person = head.expert.person_id if head is not None and head.state == SeatState.CONFIRMED else None
        sheet_id = sheets[0].id
    for key, one in stage.people.items():
        if one == person:
            reason = "专家来电说明有一项分数填错，请予更正。（示例）"
            stage.do(key, proposals.propose_reopening, (Panel, panel_id), sheet_id, reason)


def score_offline(stage: Stage, seat_id: int, key: str, qualities: Sequence[int]) -> None:
    """An expert fills in all items but the last of her offline workbook, and takes them over as drafts."""
    with stage.acting(key) as uow:
        desk = desk_of(uow.session, uow.actor, uow.session.get_one(Seat, seat_id))
        identity = identity_of(desk, f"sample{seat_id}"[:16])
        typed = [
            (one.item.id, code, str(qualities[one.item.position - 1] if code else ""))
            for one in desk.offered[:-1]
            for code in (*desk.codes, OPINION)
        ]
        rows = [
            Row(number, item, code, points, "", "" if code else "总体意见：方案较完整。（示例）")
            for number, (item, code, points) in enumerate(typed, 2)
        ]
        import_sheets(uow, desk.seat, Filled(identity, tuple(rows)), identity.written()[1])


def _mark(points: int) -> MarkInput:
    score = Decimal(max(0, min(100, points)))
    return MarkInput(score, comment="指标依据不足，需补充数据。（示例）" if score < 60 else "")


def judged(stage: Stage, panel_id: int, qualities: Sequence[int], *, astray: bool = False) -> None:
    """The whole panel confirms, scores and submits; the officer forms the result. ``astray``: one of them finds an item
    far worse than the others do, so that the rule calls another expert for it."""
    for number, (seat_id, key) in enumerate(seats(stage, panel_id)):
        confirm(stage, seat_id, key)
        score(stage, seat_id, key, qualities, lost=25 if astray and number == 0 else 0)
    if astray:
        extra(stage, panel_id, qualities)
    stage.do("officer", results.conclude_panel, (Panel, panel_id))


def rate(stage: Stage, panel_id: int) -> None:
    """The officer rates how the members did their work."""
    marks = {
        seat_id: ratings.Mark(90 + SCORE_SPREAD[number % len(SCORE_SPREAD)], "按时评分，意见具体。（示例）")
        for number, (seat_id, _) in enumerate(seats(stage, panel_id))
    }
    stage.do("officer", ratings.rate_members, (Panel, panel_id), marks)


def extra(stage: Stage, panel_id: int, qualities: Sequence[int]) -> None:
    """Whom the rule has called scores the disputed item."""
    with stage.acting(None) as uow:
        called = {one.seat_id for one in duties_of(uow.session, panel_id) if one.origin == DutyOrigin.EXTRA}
        waiting = {one for one in called if uow.session.get_one(Seat, one).state == SeatState.INVITED}
    for seat_id, key in seats(stage, panel_id):
        if seat_id in waiting:
            confirm(stage, seat_id, key)
        if seat_id in called:
            score(stage, seat_id, key, qualities)


def propose(stage: Stage, topic_id: int, bid_ids: Sequence[int]) -> int:
    """The officer proposes the award."""
    with stage.acting("officer") as uow:
        topic = uow.session.get_one(Topic, topic_id)
        bids = [uow.session.get_one(Bid, bid_id) for bid_id in bid_ids]
        decision = award.propose_award(
            uow, topic, bids, "按评审结果排名择优确定，方案可行，预期成果可在全省复制。"
        )
        return decision.id


def settle(stage: Stage, decision_id: int) -> None:
    """The approver confirms it."""
    stage.do("approver", award.confirm_award, (AwardDecision, decision_id))


def projects_of(stage: Stage, topic_id: int) -> dict[int, int]:
    """The topic's projects: lead unit → project id."""
    with stage.acting(None) as uow:
        query = select(Project.lead_id, Project.id).where(Project.topic_id == topic_id)
        return {lead: project for lead, project in uow.session.execute(query)}


def milestones_of(stage: Stage, project_id: int) -> list[tuple[int, datetime, str]]:
    """The project's milestones in order: id, when due, name."""
    with stage.acting(None) as uow:
        query = (
            select(Milestone.id, Milestone.due_at, Milestone.name)
            .where(Milestone.project_id == project_id)
            .order_by(Milestone.position)
        )
        return [(key, due, name) for key, due, name in uow.session.execute(query)]


def report(stage: Stage, key: str, milestone_id: int, name: str) -> None:
    """The clerk reports a milestone with evidence."""
    done = milestones.ReportDraft(
        summary=f"已完成“{name}”阶段全部工作：形成阶段成果并经内部审核，佐证材料见附件。（示例）",
        uploads=(evidence(f"{name}佐证材料", f"“{name}”阶段成果说明"),),
    )
    stage.do(f"{key}_clerk", milestones.report_milestone, (Milestone, milestone_id), done)


def check(stage: Stage, milestone_id: int, reason: str = "") -> None:
    """The officer passes the milestone, or returns it with a reason."""
    if reason:
        stage.do("officer", milestones.return_milestone, (Milestone, milestone_id), reason)
    else:
        stage.do("officer", milestones.pass_milestone, (Milestone, milestone_id), "材料齐全，同意通过。")


def deliver(stage: Stage, key: str, project_id: int) -> int:
    """The clerk fills in the outcome, the head delivers it. Answers the outcome's id."""
    with stage.acting(f"{key}_clerk") as uow:
        outcome = uow.session.scalars(select(Outcome).where(Outcome.project_id == project_id)).one()
        done = outcomes.OutcomeDraft(
            summary="榜题各项交付成果均已完成，试运行期间运行平稳，数据支撑充分。（示例）",
            replication="具备基本台账和一名联络员即可采用；配套操作手册和培训课件。（示例）",
            achievements=(REACHED,) * len(outcome.delivered),
            uploads=(evidence("成果文本", "成果正文与编制说明"),),
        )
        outcomes.save_outcome(uow, outcome, done)
        outcome_id = outcome.id
    stage.do(f"{key}_head", outcomes.deliver_outcome, (Outcome, outcome_id))
    return outcome_id
