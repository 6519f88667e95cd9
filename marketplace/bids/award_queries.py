"""Reading what an award is decided on: the opened bids with their ranks, and the decisions so far."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.bids.award_rules import Contender, Meeting, Terms, may_read_award
from marketplace.bids.models import AwardDecision, Bid
from marketplace.bids.running import running_counts
from marketplace.bids.workflow import AwardState, BidState
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.organisations.models import Person
from marketplace.reviews.analysis.meeting import open_disputes, votes_by_item
from marketplace.reviews.analysis.reading import analysis_of
from marketplace.reviews.models import Panel, PanelItem
from marketplace.reviews.queries.panels import panel_of_topic
from marketplace.reviews.queries.results import results_of
from marketplace.reviews.scoring import open_ties
from marketplace.reviews.workflow import PanelState, SubjectKind
from marketplace.topics.models import Topic
from marketplace.topics.rules import rules_from_dict


def award_topic_for(session: Session, actor: Actor, topic_id: int) -> Topic:
    """A topic whose award this actor may look at. Raises NotFound."""
    found = session.scalar(select(Topic).where(Topic.id == topic_id).options(joinedload(Topic.list)))
    if found is None or not may_read_award(actor) or found.opened_at is None:
        raise NotFound
    return found


def live_decision(session: Session, topic_id: int) -> AwardDecision | None:
    """The proposal that waits, or the decision that stands."""
    query = select(AwardDecision).where(
        AwardDecision.topic_id == topic_id, AwardDecision.state != AwardState.REJECTED
    )
    return session.scalar(query)


def decisions_of(session: Session, topic_id: int) -> Sequence[tuple[AwardDecision, str]]:
    """All decisions on a topic with the proposer's name, newest first."""
    query = (
        select(AwardDecision, Person.name)
        .join(Person, Person.id == AwardDecision.proposed_by)
        .where(AwardDecision.topic_id == topic_id)
        .order_by(AwardDecision.id.desc())
    )
    return [(decision, name) for decision, name in session.execute(query)]


def terms_of(topic: Topic) -> Terms:
    """The terms of an award on this topic."""
    rules = rules_from_dict(topic.list.rules)
    return Terms(topic.award_mode, topic.max_awardees, rules.bid_rubric.pass_line, rules.running_limit)


def contenders_of(session: Session, bids: Sequence[Bid]) -> list[Contender]:
    """The bids with rank, score and their units' running projects, best first; three statements."""
    results = results_of(session, SubjectKind.BID, [bid.id for bid in bids], opinions=False)
    running = running_counts(session, {bid.lead_id for bid in bids})
    found = []
    for bid in bids:
        result = results.get(bid.id)
        received = bid.state != BidState.DISQUALIFIED
        rank, total = (result.rank, result.total) if result else (None, None)
        found.append(Contender(bid.id, bid.lead.name, rank, total, running.get(bid.lead_id, 0), received))
    return sorted(found, key=lambda contender: (contender.rank is None, contender.rank or 0))


def concluded_panel(session: Session, topic_id: int) -> Panel | None:
    """The panel whose result stands, if it does."""
    panel = panel_of_topic(session, topic_id)
    return panel if panel is not None and panel.state == PanelState.CONCLUDED else None


def tied_bids(session: Session, panel: Panel) -> list[frozenset[int]]:
    """Groups of bids that wait for the panel's vote."""
    ties = open_ties(panel.result)
    subjects = _subjects(session, [item for _, group in ties for item in group])
    return [frozenset(subjects[item] for item in group) for _, group in ties]


def meeting_of(session: Session, panel: Panel) -> Meeting:
    """What the panel's meeting has still to vote on, and whom it has voted against. An analysis that is not there
    yet holds nothing up: the announced result stands without it."""
    analysis = analysis_of(session, panel)
    waiting = open_disputes(panel.result, None if analysis is None else analysis.record)
    refused = [item for item, vote in votes_by_item(panel.result).items() if not vote["wins"]]
    subjects = _subjects(session, [*waiting, *refused])
    return Meeting(
        frozenset(subjects[item] for item in waiting), frozenset(subjects[item] for item in refused)
    )


def _subjects(session: Session, items: Sequence[int]) -> dict[int, int]:
    """Item → bid."""
    if not items:
        return {}
    query = select(PanelItem.id, PanelItem.subject_id).where(PanelItem.id.in_(items))
    return {item: subject for item, subject in session.execute(query)}
