"""Finding lists and topics: each within what the actor may see."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, Text, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session, joinedload, load_only

from marketplace.audit.seals import topic_seal
from marketplace.core.actor import Actor
from marketplace.core.clock import beijing_date
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound
from marketplace.organisations.models import Organisation
from marketplace.topics.models import ChallengeList, Topic, TopicVersion
from marketplace.topics.policy import UNPUBLISHED, may_desk
from marketplace.topics.rules import ListRules, rules_from_dict
from marketplace.topics.workflow import ListState, TopicState


@dataclass(frozen=True, slots=True)
class TopicFilters:
    """What a list of topics is narrowed to; empty means all."""

    words: str = ""
    state: str = ""
    category: str = ""
    field: str = ""
    level: str = ""
    list_code: str = ""


def rules_of(thing: Topic | ChallengeList) -> ListRules:
    """本批次规则: the rules by which everything of this list is judged."""
    stored = thing.list.rules if isinstance(thing, Topic) else thing.rules
    return rules_from_dict(stored)


def is_eligible(topic: Topic, organisation_kind: str) -> bool:
    """可否揭榜: the topic names the kinds of bodies that may lead a bid."""
    return organisation_kind in topic.eligible_levels


def eligible_organisations(session: Session, topic: Topic, now: datetime) -> Sequence[Organisation]:
    """All existing bodies that may lead a bid for the topic, in the order of official tables."""
    today = beijing_date(now)
    query = (
        select(Organisation)
        .where(
            Organisation.kind.in_(topic.eligible_levels),
            Organisation.valid_from <= today,
            or_(Organisation.valid_to.is_(None), Organisation.valid_to > today),
        )
        .order_by(Organisation.order_key)
    )
    return session.scalars(query).all()


def list_for(session: Session, actor: Actor, list_id: int) -> ChallengeList:
    """One list for the desk; NotFound for everybody else."""
    found = session.get(ChallengeList, list_id) if may_desk(actor) else None
    if found is None:
        raise NotFound
    return found


def public_list(session: Session, code: str) -> ChallengeList:
    """A published list by its code."""
    query = select(ChallengeList).where(ChallengeList.code == code, ChallengeList.state != ListState.DRAFT)
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def all_lists() -> Select[ChallengeList]:
    """All lists, newest first."""
    return select(ChallengeList).order_by(ChallengeList.year.desc(), ChallengeList.id.desc())


def list_titles(session: Session, *, public: bool) -> dict[str, str]:
    """Code and title of the lists, newest first; for the public those it knows."""
    query = all_lists().with_only_columns(ChallengeList.code, ChallengeList.title)
    if public:
        query = query.where(ChallengeList.state != ListState.DRAFT)
    return {code: title for code, title in session.execute(query)}


def topics_by_list(session: Session, list_ids: Sequence[int]) -> dict[int, int]:
    """How many topics each list has."""
    query = select(Topic.list_id, func.count()).where(Topic.list_id.in_(list_ids)).group_by(Topic.list_id)
    return {list_id: count for list_id, count in session.execute(query)}


def _with_list(query: Select[Topic]) -> Select[Topic]:
    return query.options(joinedload(Topic.list, innerjoin=True), joinedload(Topic.setter, innerjoin=True))


def topic_for(session: Session, actor: Actor, topic_id: int) -> Topic:
    """One topic: the desk sees all, everybody else those that have been published."""
    query = _with_list(select(Topic)).where(Topic.id == topic_id)
    if not may_desk(actor):
        query = query.where(Topic.published_at.is_not(None))
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def heading_for(session: Session, actor: Actor, topic_id: int) -> Any:
    """What stands at the head of pages about a topic's bids: id, code, title, state and deadline. Seen by the same
    people as the topic."""
    found = session.execute(_heading(), {"topic": topic_id}).one_or_none()
    if found is None or not (may_desk(actor) or found.published_at):
        raise NotFound
    return found


@cache
def _heading() -> Executable:
    columns = (Topic.id, Topic.code, Topic.title, Topic.state, Topic.deadline, Topic.published_at)
    return select(*columns).where(Topic.id == bindparam("topic"))


def public_topic(session: Session, code: str) -> Topic:
    """A published topic by its code."""
    query = _with_list(select(Topic)).where(Topic.code == code, Topic.published_at.is_not(None))
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def _narrowed(query: Select[Any], filters: TopicFilters) -> Select[Any]:
    if filters.state:
        query = query.where(Topic.state == filters.state)
    if filters.category:
        query = query.where(Topic.category == filters.category)
    if filters.field:
        query = query.where(Topic.field == filters.field)
    if filters.list_code:
        query = query.where(Topic.list.has(ChallengeList.code == filters.list_code))
    if filters.level:
        query = query.where(cast(Topic.eligible_levels, Text).contains(f'"{filters.level}"', autoescape=True))
    for word in filters.words.split()[:8]:
        wanted = (column.contains(word, autoescape=True) for column in (Topic.title, Topic.code, Topic.field))
        query = query.where(or_(*wanted, Topic.background.contains(word, autoescape=True)))
    return query


IN_BRIEF = (
    Topic.id, Topic.code, Topic.title, Topic.category, Topic.field, Topic.budget_min_fen, Topic.budget_max_fen,
    Topic.award_mode, Topic.max_awardees, Topic.deadline, Topic.state, Topic.published_at, Topic.is_sample,
)  # fmt: skip
"""What a line of a list shows of a topic; its long texts stay in the database."""


def _lines() -> Any:
    return select(*IN_BRIEF)


def published_topics(filters: TopicFilters) -> Select[Any]:
    """Lines of the public list (``IN_BRIEF``): of the open ones the nearest deadline first, otherwise the newest."""
    query = _lines().where(Topic.published_at.is_not(None))
    if filters.state == TopicState.OPEN:
        return _narrowed(query, filters).order_by(Topic.deadline, Topic.id)
    return _narrowed(query, filters).order_by(Topic.published_at.desc(), Topic.id.desc())


def desk_topics(filters: TopicFilters) -> Select[Topic]:
    """What the officers' desk lists: all topics without their long texts, the newest first."""
    short = (
        load_only(
            *IN_BRIEF, Topic.eligible_levels, Topic.publish_at, Topic.returned_sections, Topic.duration_months
        ),
        joinedload(Topic.list, innerjoin=True).load_only(ChallengeList.code, ChallengeList.title),
    )
    return _narrowed(select(Topic).options(*short), filters).order_by(Topic.id.desc())


def due_topics(session: Session, now: datetime, only: int | None = None) -> Sequence[Topic]:
    """Approved topics whose moment of publication has come, in the order in which they were due; or one of them."""
    query = _with_list(select(Topic)).where(*_due(now)).order_by(Topic.publish_at, Topic.id)
    return session.scalars(query if only is None else query.where(Topic.id == only)).all()


def due_topic_keys(session: Session, now: datetime) -> Sequence[int]:
    """Their ids, in that order."""
    return session.scalars(select(Topic.id).where(*_due(now)).order_by(Topic.publish_at, Topic.id)).all()


def last_seal(session: Session) -> str | None:
    """The seal that is broken last of all that are closed now: under it lies what may be about any sealed bid."""
    query = select(Topic.id).where(Topic.state == TopicState.OPEN).order_by(Topic.deadline.desc(), Topic.id)
    last = session.scalar(query.limit(1))
    return None if last is None else topic_seal(last)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Topic.state == TopicState.SCHEDULED, Topic.publish_at <= now


def versions_of(session: Session, topic: Topic) -> Sequence[TopicVersion]:
    """All announced texts, newest first."""
    query = select(TopicVersion).where(TopicVersion.topic_id == topic.id).order_by(TopicVersion.number.desc())
    return session.scalars(query).all()


def latest_version(session: Session, topic: Topic) -> TopicVersion | None:
    """The text in force."""
    query = select(TopicVersion).where(
        TopicVersion.topic_id == topic.id, TopicVersion.number == topic.published_version
    )
    return session.scalar(query)


def is_public(topic: Topic) -> bool:
    """True once it has been announced."""
    return topic.published_at is not None and topic.state not in UNPUBLISHED
