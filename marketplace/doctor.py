"""``flask doctor``: named invariants over the whole database and the file store (体检).

Each check answers the things that break it, as short texts; an empty list is health. They only read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.audit.chain import verify
from marketplace.audit.models import AuditRow, Seal
from marketplace.audit.seals import topic_seal
from marketplace.bids.consent import fingerprint
from marketplace.bids.models import AwardDecision, Bid, BidOpening, BidPartner, Receipt
from marketplace.bids.workflow import OPENED_STATES, AwardState, BidState, ConsentState
from marketplace.computations.models import Computation
from marketplace.computations.workflow import ComputationState
from marketplace.core.actor import ADMINISTRATOR_ROLES
from marketplace.core.canonical import sha256_hex
from marketplace.core.files import FileStore
from marketplace.experts.models import Expert
from marketplace.files.models import Attachment, PendingFile
from marketplace.notifications.models import JobFailure, MailState, OutboxMail
from marketplace.organisations.models import LEAD_KINDS, Appointment, Organisation, Person, PersonState
from marketplace.priority import meeting
from marketplace.priority.funding.models import FundingDeviation, FundingTerms
from marketplace.priority.funding.settlement import settle
from marketplace.priority.models import LedgerEntry, MeetingDecision, PriorityList, Snapshot
from marketplace.priority.rules import rules_sha256
from marketplace.priority.snapshots import verify_snapshot
from marketplace.priority.workflow import MeetingOpinionState
from marketplace.projects.models import Milestone, MilestoneReport, Outcome, Project
from marketplace.projects.workflow import FINISHED, MilestoneState, ProjectState
from marketplace.reviews.codes import follows_seed
from marketplace.reviews.models import Duty, Panel, PanelItem, PanelOpinion, ScoreSheet, Seat
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.workload import OF_DUTY
from marketplace.reviews.workflow import (
    DutyState,
    OpinionState,
    PanelState,
    SeatState,
    SheetState,
    SubjectKind,
)
from marketplace.topics.models import ChallengeList, Topic, TopicVersion
from marketplace.topics.rules import rule_problems, rules_from_dict
from marketplace.topics.workflow import ListState, TopicState


@dataclass(frozen=True, slots=True)
class Context:
    """What a check may look at."""

    session: Session
    files: FileStore
    now: datetime
    trail_key: bytes


Check = Callable[[Context], Iterable[str]]
CHECKS: dict[str, Check] = {}
BEFORE_OPENING = (TopicState.DRAFT, TopicState.IN_APPROVAL, TopicState.SCHEDULED, TopicState.OPEN)
AN_HOUR = timedelta(hours=1)


def check(run: Check) -> Check:
    """Registers a check under its name."""
    CHECKS[run.__name__.replace("_", "-")] = run
    return run


def examine(context: Context) -> dict[str, list[str]]:
    """Every check's findings, by name."""
    return {name: list(run(context)) for name, run in CHECKS.items()}


def _ids(context: Context, what: str, query: Select[int]) -> list[str]:
    return [f"{what} {key}" for key in context.session.scalars(query)]


def _where(context: Context, model: type, *conditions: ColumnElement[bool]) -> list[str]:
    return _ids(context, model.__name__, select(model.id).where(*conditions))  # type: ignore[attr-defined]


@check
def bids_are_opened_only_with_an_opening_record(context: Context) -> Iterable[str]:
    opened = select(BidOpening.topic_id)
    return _where(context, Bid, Bid.state.in_(OPENED_STATES), Bid.topic_id.not_in(opened))


@check
def no_bid_stays_submitted_after_the_opening(context: Context) -> Iterable[str]:
    opened = select(BidOpening.topic_id)
    return _where(context, Bid, Bid.state == BidState.SUBMITTED, Bid.topic_id.in_(opened))


@check
def no_opening_lies_before_its_deadline(context: Context) -> Iterable[str]:
    return _where(context, BidOpening, BidOpening.opened_at < BidOpening.deadline)


@check
def opening_records_match_their_hash_and_count(context: Context) -> Iterable[str]:
    for opening in context.session.scalars(select(BidOpening)):
        if sha256_hex(opening.record) != opening.record_sha256 or len(opening.record) != opening.count:
            yield f"BidOpening {opening.id}"


@check
def receipts_match_their_hash(context: Context) -> Iterable[str]:
    for receipt in context.session.scalars(select(Receipt)):
        if sha256_hex(receipt.content) != receipt.content_sha256:
            yield f"Receipt {receipt.number}"


@check
def every_submitted_bid_has_one_live_receipt(context: Context) -> Iterable[str]:
    live = (
        select(Receipt.bid_id)
        .where(Receipt.withdrawn_at.is_(None))
        .group_by(Receipt.bid_id)
        .having(func.count() == 1)
    )
    return _where(context, Bid, Bid.state.in_((BidState.SUBMITTED, *OPENED_STATES)), Bid.id.not_in(live))


@check
def every_receipt_was_made_before_the_deadline(context: Context) -> Iterable[str]:
    late = (
        select(Receipt.id)
        .join(Bid, Bid.id == Receipt.bid_id)
        .join(BidOpening, BidOpening.topic_id == Bid.topic_id)
        .where(Receipt.submitted_at >= BidOpening.deadline)
    )
    return _ids(context, "Receipt", late)


@check
def seals_are_closed_until_the_opening(context: Context) -> Iterable[str]:
    topics = context.session.scalars(
        select(Topic.id).where(Topic.state.in_(BEFORE_OPENING), Topic.published_at.is_not(None))
    )
    opened = set(context.session.scalars(select(Seal.key).where(Seal.opened_at.is_not(None))))
    return [f"Topic {key}" for key in topics if topic_seal(key) in opened]


@check
def only_government_bodies_lead_bids(context: Context) -> Iterable[str]:
    bodies = select(Organisation.id).where(Organisation.kind.in_(LEAD_KINDS))
    return _where(context, Bid, Bid.lead_id.not_in(bodies))


@check
def joint_bids_rest_on_the_word_of_every_partner(context: Context) -> Iterable[str]:
    answered = (ConsentState.GIVEN, ConsentState.BY_AGREEMENT, ConsentState.HISTORIC)
    query = (
        select(BidPartner)
        .join(Bid, Bid.id == BidPartner.bid_id)
        .where(Bid.state.in_((BidState.SUBMITTED, *OPENED_STATES)))
        .options(joinedload(BidPartner.bid).joinedload(Bid.topic))
    )
    for partner in context.session.scalars(query):
        signed = partner.state == ConsentState.HISTORIC or partner.terms_sha256 == fingerprint(
            partner.bid, partner
        )
        if partner.state not in answered or not signed:
            yield f"BidPartner {partner.id}"


@check
def nobody_is_partner_of_her_own_bid(context: Context) -> Iterable[str]:
    query = (
        select(BidPartner.id)
        .join(Bid, Bid.id == BidPartner.bid_id)
        .where(BidPartner.organisation_id == Bid.lead_id)
    )
    return _ids(context, "BidPartner", query)


@check
def awards_were_confirmed_by_a_second_person(context: Context) -> Iterable[str]:
    alone = (AwardDecision.confirmed_by.is_(None)) | (AwardDecision.confirmed_by == AwardDecision.proposed_by)
    return _where(context, AwardDecision, AwardDecision.state == AwardState.CONFIRMED, alone)


@check
def no_topic_has_more_winners_than_places(context: Context) -> Iterable[str]:
    query = (
        select(Topic.id)
        .join(Bid, (Bid.topic_id == Topic.id) & (Bid.state == BidState.AWARDED))
        .group_by(Topic.id, Topic.max_awardees)
        .having(func.count() > Topic.max_awardees)
    )
    return _ids(context, "Topic", query)


@check
def every_awarded_bid_has_its_project(context: Context) -> Iterable[str]:
    with_project = select(Project.bid_id)
    return _where(context, Bid, Bid.state == BidState.AWARDED, Bid.id.not_in(with_project))


@check
def milestone_weights_sum_to_100(context: Context) -> Iterable[str]:
    query = (
        select(Milestone.project_id).group_by(Milestone.project_id).having(func.sum(Milestone.weight) != 100)
    )
    return _ids(context, "Project", query)


@check
def progress_is_the_sum_of_passed_weights(context: Context) -> Iterable[str]:
    passed = (
        select(func.coalesce(func.sum(Milestone.weight), 0))
        .where(Milestone.project_id == Project.id, Milestone.state == MilestoneState.PASSED)
        .scalar_subquery()
    )
    return _where(context, Project, Project.progress != passed)


@check
def passed_milestones_have_a_report(context: Context) -> Iterable[str]:
    reported = select(MilestoneReport.milestone_id)
    return _where(context, Milestone, Milestone.state == MilestoneState.PASSED, Milestone.id.not_in(reported))


@check
def delivered_projects_have_passed_all_milestones(context: Context) -> Iterable[str]:
    return _where(context, Project, Project.state != ProjectState.RUNNING, Project.progress != 100)


@check
def delivered_projects_have_an_outcome(context: Context) -> Iterable[str]:
    delivered = select(Outcome.project_id).where(Outcome.delivered_at.is_not(None))
    return _where(context, Project, Project.state != ProjectState.RUNNING, Project.id.not_in(delivered))


@check
def finished_projects_have_score_and_grade(context: Context) -> Iterable[str]:
    missing = Project.score.is_(None) | Project.grade.is_(None)
    return _where(context, Project, Project.state.in_(FINISHED), missing)


@check
def finished_projects_stand_in_the_ledger(context: Context) -> Iterable[str]:
    credited = select(LedgerEntry.project_id)
    return _where(context, Project, Project.state.in_(FINISHED), Project.id.not_in(credited))


@check
def ledger_entries_come_from_finished_projects(context: Context) -> Iterable[str]:
    finished = select(Project.id).where(Project.state.in_(FINISHED))
    return _where(context, LedgerEntry, LedgerEntry.project_id.not_in(finished))


@check
def snapshots_match_their_hash(context: Context) -> Iterable[str]:
    for snapshot in context.session.scalars(select(Snapshot)):
        if sha256_hex(snapshot.content) != snapshot.sha256:
            yield f"Snapshot {snapshot.id}"


@check
def numbered_snapshots_compute_again(context: Context) -> Iterable[str]:
    """Moment and reason are under the hash, and the rows follow from the frozen inputs by the frozen rules."""
    for snapshot in context.session.scalars(select(Snapshot)):
        if not verify_snapshot(snapshot).ok:
            yield f"Snapshot {snapshot.id}"


@check
def announced_rounds_kept_their_rules(context: Context) -> Iterable[str]:
    """Rules and places are those whose hash was announced; in a funding round so are the terms announced with them."""
    together = {
        terms.list_id: (terms.confirmed_at, terms.sha256)
        for terms in context.session.scalars(select(FundingTerms).where(FundingTerms.number == 1))
    }
    for one in context.session.scalars(select(PriorityList).where(PriorityList.announced_at.is_not(None))):
        confirmed_at, terms_sha256 = together.get(one.id, (None, None))
        with_terms = terms_sha256 if confirmed_at == one.announced_at else None
        if rules_sha256(one.rules, one.places, with_terms) != one.rules_sha256:
            yield f"PriorityList {one.code}"


@check
def funding_terms_match_their_hash(context: Context) -> Iterable[str]:
    for terms in context.session.scalars(select(FundingTerms)):
        if sha256_hex(terms.rules) != terms.sha256:
            yield f"FundingTerms {terms.id}"


@check
def published_plans_keep_their_envelope(context: Context) -> Iterable[str]:
    """What a funding round's snapshot gives out never exceeds the year's money, and is the proposal with its
    confirmed deviations."""
    for snapshot in context.session.scalars(select(Snapshot)):
        plan = snapshot.content.get("plan")
        if plan is None:
            continue
        settled = settle(plan["terms"], plan["requests"], plan["proposal"], plan["deviations"])
        if settled.over or settled.to_dict() != plan["settled"]:
            yield f"Snapshot {snapshot.id}"


@check
def published_lists_were_decided_by_the_meeting(context: Context) -> Iterable[str]:
    """Every candidate that the figures leave open has its decision; the list follows from ranking and decisions and has
    no more than the announced places."""
    for snapshot in context.session.scalars(select(Snapshot)):
        for finding in meeting.findings(snapshot.content):
            yield f"Snapshot {snapshot.id}: {finding}"


@check
def meeting_opinions_are_confirmed_by_another(context: Context) -> Iterable[str]:
    """What counts of the meeting was typed by one person and confirmed by another."""
    for model in (MeetingDecision, FundingDeviation):
        confirmed = model.state == MeetingOpinionState.CONFIRMED
        yield from _where(context, model, confirmed, model.decided_by.is_(None))
        yield from _where(context, model, confirmed, model.decided_by == model.proposed_by)


@check
def computations_end(context: Context) -> Iterable[str]:
    """One that runs has a worker's claim that was renewed within the hour; only one of a subject waits."""
    running = Computation.state == ComputationState.RUNNING
    yield from _where(context, Computation, running, Computation.claim_until < context.now - AN_HOUR)
    waiting = (Computation.kind, Computation.subject_kind, Computation.subject_id)
    query = select(*waiting).where(Computation.state == ComputationState.QUEUED)
    for row in context.session.execute(query.group_by(*waiting).having(func.count() > 1)):
        yield f"Computation {':'.join(map(str, row))}"


@check
def published_lists_kept_their_rules(context: Context) -> Iterable[str]:
    for one in context.session.scalars(select(ChallengeList).where(ChallengeList.state != ListState.DRAFT)):
        if sha256_hex(one.rules) != one.rules_sha256 or rule_problems(rules_from_dict(one.rules)):
            yield f"ChallengeList {one.code}"


@check
def published_topics_have_their_version(context: Context) -> Iterable[str]:
    version = select(TopicVersion.topic_id).where(TopicVersion.number == Topic.published_version)
    return _where(
        context,
        Topic,
        Topic.published_at.is_not(None),
        ~version.where(TopicVersion.topic_id == Topic.id).exists(),
    )


@check
def released_panels_kept_their_protocol(context: Context) -> Iterable[str]:
    for panel in context.session.scalars(select(Panel).where(Panel.protocol_sha256.is_not(None))):
        whole = panel.protocol or {}
        same = (whole.get("rubric"), whole.get("size"), whole.get("trim_from"), whole.get("reason_below"))
        if sha256_hex(whole) != panel.protocol_sha256 or same != (
            panel.rubric, panel.size, panel.trim_from, panel.reason_below,
        ):  # fmt: skip
            yield f"Panel {panel.id}"


@check
def code_names_follow_their_seed(context: Context) -> Iterable[str]:
    """盲评: nobody has put the items into another order than the lot."""
    for panel in context.session.scalars(select(Panel)):
        protocol = protocol_from(panel.protocol)
        if protocol.blind and not follows_seed([item.subject_id for item in panel.items], protocol):
            yield f"Panel {panel.id}"


@check
def final_opinions_match_their_hash(context: Context) -> Iterable[str]:
    query = select(PanelOpinion).where(PanelOpinion.state == OpinionState.FINAL)
    for opinion in context.session.scalars(query):
        kept = [(one["content"], one["sha256"]) for one in opinion.earlier]
        if any(
            sha256_hex(content) != print_ for content, print_ in [*kept, (opinion.content, opinion.sha256)]
        ):
            yield f"PanelOpinion {opinion.id}"


@check
def topics_know_their_panel(context: Context) -> Iterable[str]:
    """What the workbench looks for is kept on the topic: the day of convening and, once it is there, of the result."""
    concluded = (Panel.state == PanelState.CONCLUDED) & Topic.result_at.is_(None)
    query = (
        select(Topic.id)
        .outerjoin(Panel, (Panel.topic_id == Topic.id) & (Panel.subject_kind == SubjectKind.BID))
        .where((Panel.id.is_(None) != Topic.convened_at.is_(None)) | concluded)
    )
    return _ids(context, "Topic", query)


@check
def final_opinions_have_the_heads_word(context: Context) -> Iterable[str]:
    """Of the very text that is final, or the reason why it was not waited for."""
    query = select(PanelOpinion).where(PanelOpinion.state == OpinionState.FINAL)
    for opinion in context.session.scalars(query):
        given = opinion.confirmation or {}
        needed = bool((opinion.content or {}).get("head"))
        if needed and not given.get("without") and given.get("sha256") != opinion.sha256:
            yield f"PanelOpinion {opinion.id}"


@check
def heads_are_members_of_their_panels(context: Context) -> Iterable[str]:
    """组长: not called for single items only, and never the officer who convened the panel."""
    query = (
        select(Seat.id)
        .join(Panel, Panel.id == Seat.panel_id)
        .join(Expert, Expert.id == Seat.expert_id)
        .where(Seat.heads, Seat.extra | (Expert.person_id == Panel.convened_by))
    )
    return _ids(context, "Seat", query)


@check
def concluded_panels_have_all_sheets(context: Context) -> Iterable[str]:
    query = (
        select(Panel.id)
        .join(Duty, (Duty.panel_id == Panel.id) & (Duty.state == DutyState.LIVE))
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(
            Panel.state == PanelState.CONCLUDED,
            ScoreSheet.id.is_(None) | (ScoreSheet.state != SheetState.SUBMITTED),
        )
        .distinct()
    )
    return _ids(context, "Panel", query)


@check
def recused_experts_have_no_submitted_sheets(context: Context) -> Iterable[str]:
    query = (
        select(ScoreSheet.id)
        .join(Seat, Seat.id == ScoreSheet.seat_id)
        .where(
            Seat.state == SeatState.RECUSED,
            ScoreSheet.state == SheetState.SUBMITTED,
            ScoreSheet.total.is_not(None),
        )
        .join(PanelItem, PanelItem.id == ScoreSheet.item_id)
        .join(Panel, Panel.id == PanelItem.panel_id)
        .where(Panel.state == PanelState.CONCLUDED, ScoreSheet.submitted_at > Seat.decided_at)
    )
    return _ids(context, "ScoreSheet", query)


@check
def administrators_hold_one_role_only(context: Context) -> Iterable[str]:
    current = Appointment.ended_at.is_(None)
    administrators = select(Appointment.person_id).where(current, Appointment.role.in_(ADMINISTRATOR_ROLES))
    query = (
        select(Appointment.person_id)
        .where(current, Appointment.person_id.in_(administrators))
        .group_by(Appointment.person_id)
        .having(func.count(Appointment.role.distinct()) > 1)
    )
    return _ids(context, "Person", query)


@check
def deactivated_people_wait_for_nothing(context: Context) -> Iterable[str]:
    query = (
        select(Seat.id)
        .join(Panel, Panel.id == Seat.panel_id)
        .join(Expert, Expert.id == Seat.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .where(
            Panel.state == PanelState.SCORING,
            Seat.state.in_((SeatState.INVITED, SeatState.CONFIRMED)),
            Person.state == PersonState.DEACTIVATED,
        )
    )
    return _ids(context, "Seat", query)


@check
def organisations_hang_in_one_tree(context: Context) -> Iterable[str]:
    rows = context.session.execute(select(Organisation.id, Organisation.parent_id))
    parents = {key: parent for key, parent in rows}
    for start in parents:
        seen, here = {start}, parents[start]
        while here is not None and here not in seen:
            seen.add(here)
            here = parents.get(here)
        if here is not None:
            yield f"Organisation {start}"


@check
def attachments_have_their_file(context: Context) -> Iterable[str]:
    rows = context.session.execute(select(Attachment.id, Attachment.sha256, Attachment.size))
    for key, sha256, size in rows:
        path = context.files.path(sha256)
        if not path.is_file() or path.stat().st_size != size:
            yield f"Attachment {key}"


@check
def stored_files_match_their_hash(context: Context) -> Iterable[str]:
    for sha256 in sorted(set(context.session.scalars(select(Attachment.sha256)))):
        if context.files.exists(sha256) and not context.files.is_intact(sha256):
            yield f"file {sha256}"


@check
def files_have_their_attachment(context: Context) -> Iterable[str]:
    known = set(context.session.scalars(select(Attachment.sha256).union(select(PendingFile.sha256))))
    for path in sorted(context.files.root.glob("[0-9a-f][0-9a-f]/*")):
        if path.name not in known:
            yield f"file {path.name}"


@check
def sent_mails_have_their_time(context: Context) -> Iterable[str]:
    return _where(context, OutboxMail, OutboxMail.state == MailState.SENT, OutboxMail.sent_at.is_(None))


@check
def no_claim_outlives_its_time(context: Context) -> Iterable[str]:
    return _where(
        context,
        OutboxMail,
        OutboxMail.state == MailState.SENDING,
        OutboxMail.claim_until < context.now - AN_HOUR,
    )


@check
def jobs_do_all_that_is_due(context: Context) -> Iterable[str]:
    failures = context.session.scalars(select(JobFailure).order_by(JobFailure.job, JobFailure.first_at)).all()
    for job in sorted({failure.job for failure in failures if failure.sealed}):
        yield f"{job}: see the worker's log"
    for failure in failures:
        if not failure.sealed:
            since = f"{failure.first_at:%Y-%m-%d %H:%M} UTC"
            yield f"{failure.job} {failure.key}: {failure.error} since {since}, {failure.tries} tries"


@check
def nothing_lies_in_the_future(context: Context) -> Iterable[str]:
    return _where(context, AuditRow, AuditRow.at > context.now + AN_HOUR)


@check
def the_audit_trail_is_one_unbroken_chain(context: Context) -> Iterable[str]:
    found = verify(context.session, context.trail_key)
    return [found.fault.value] if found else []
