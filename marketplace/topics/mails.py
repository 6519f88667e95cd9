"""Whom the events of a topic concern, and what they are told."""

from typing import Any

from marketplace.core.actor import Role
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.models import Person
from marketplace.organisations.queries import people_with_roles
from marketplace.topics.events import (
    TopicAmended,
    TopicPublished,
    TopicReturned,
    TopicSubmitted,
    TopicWithdrawn,
)
from marketplace.topics.models import Topic
from marketplace.topics.queries import eligible_organisations


def _context(topic: Topic, **more: Any) -> dict[str, Any]:
    return {
        "topic_id": topic.id,
        "code": topic.code,
        "title": topic.title,
        "deadline": topic.deadline,
        **more,
    }


def _bidders(uow: UnitOfWork, topic: Topic) -> list[Recipient]:
    """Clerks and heads of every eligible bureau."""
    bureaus = [organisation.id for organisation in eligible_organisations(uow.session, topic, uow.now)]
    return people_with_roles(uow.session, bureaus, (Role.CLERK, Role.HEAD))


def invite_eligible_bureaus(uow: UnitOfWork, event: TopicPublished) -> None:
    """发榜通知 to everybody who may prepare a bid, once each."""
    topic = uow.session.get_one(Topic, event.topic_id)
    enqueue(
        uow, kind="topic_published", dedupe_key=f"topic-published:{topic.id}", recipients=_bidders(uow, topic),
        context=_context(topic, category=topic.category, field=topic.field),
    )  # fmt: skip


def tell_of_amendment(uow: UnitOfWork, event: TopicAmended) -> None:
    """榜题修改通知."""
    topic = uow.session.get_one(Topic, event.topic_id)
    enqueue(
        uow, kind="topic_amended", dedupe_key=f"topic-amended:{topic.id}:{event.number}",
        recipients=_bidders(uow, topic), context=_context(topic, number=event.number, opinion=event.opinion),
    )  # fmt: skip


def tell_of_withdrawal(uow: UnitOfWork, event: TopicWithdrawn) -> None:
    """撤榜通知, if the topic had been announced."""
    topic = uow.session.get_one(Topic, event.topic_id)
    if topic.published_at is None:
        return
    enqueue(
        uow, kind="topic_withdrawn", dedupe_key=f"topic-withdrawn:{topic.id}", recipients=_bidders(uow, topic),
        context=_context(topic, opinion=event.opinion),
    )  # fmt: skip


def ask_for_approval(uow: UnitOfWork, event: TopicSubmitted) -> None:
    """请审定: to the approvers of the setting organisation."""
    topic = uow.session.get_one(Topic, event.topic_id)
    enqueue(
        uow, kind="topic_submitted", dedupe_key=f"topic-submitted:{topic.id}:{topic.version}",
        recipients=people_with_roles(uow.session, [topic.setter_id], (Role.APPROVER,)), context=_context(topic),
    )  # fmt: skip


def tell_of_return(uow: UnitOfWork, event: TopicReturned) -> None:
    """退回通知 to the person who submitted it."""
    topic = uow.session.get_one(Topic, event.topic_id)
    if topic.submitted_by is None:
        return
    person = uow.session.get_one(Person, topic.submitted_by)
    enqueue(
        uow, kind="topic_returned", dedupe_key=f"topic-returned:{topic.id}:{topic.version}",
        recipients=[Recipient(person.id, person.name, person.email, person.locale)],
        context=_context(topic, opinion=event.opinion),
    )  # fmt: skip
