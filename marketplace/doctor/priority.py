"""Lists, snapshots, funding, the meeting (优先名单、资金方案、会议审议)."""

from collections.abc import Iterable, Iterator

from sqlalchemy import func, select

from marketplace.core.canonical import sha256_hex
from marketplace.doctor.base import Context, check, where
from marketplace.priority import meeting
from marketplace.priority.funding.models import FundingDeviation, FundingTerms
from marketplace.priority.funding.settlement import settle
from marketplace.priority.models import MeetingDecision, MeetingOpinion, PriorityList, Snapshot
from marketplace.priority.opinions import meeting_problems
from marketplace.priority.rules import rules_sha256
from marketplace.priority.snapshots import verify_snapshot
from marketplace.priority.workflow import MeetingOpinionState

OPINIONS = (MeetingDecision, FundingDeviation)
"""What the meeting decides."""


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
    for model in OPINIONS:
        confirmed = model.state == MeetingOpinionState.CONFIRMED
        yield from where(context, model, confirmed, model.decided_by.is_(None))
        yield from where(context, model, confirmed, model.decided_by == model.proposed_by)


@check
def meeting_opinions_name_their_meeting(context: Context) -> Iterable[str]:
    """The meeting keeps to the rule of the moment at which the opinion was recorded. Opinions of old name none; once
    one does, every later one does too."""
    for model in OPINIONS:
        first = select(func.min(model.id)).where(model.meeting_name.is_not(None)).scalar_subquery()
        yield from where(context, model, model.meeting_name.is_(None), model.id > first)
    for one in _with_meeting(context):
        plist = context.session.get_one(PriorityList, one.list_id)
        if one.held is None or meeting_problems(plist, one.held, one.proposed_at):
            yield f"{type(one).__name__} {one.id}"


def _with_meeting(context: Context) -> Iterator[MeetingOpinion]:
    named = MeetingDecision.meeting_name.is_not(None)
    yield from context.session.scalars(select(MeetingDecision).where(named))
    named = FundingDeviation.meeting_name.is_not(None)
    yield from context.session.scalars(select(FundingDeviation).where(named))
