"""What follows from a topic's events inside this part of the program: the seal closes, the search learns of it."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.seals import close_seal, topic_seal
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.search.operations import Document, index
from marketplace.topics.events import TopicEvent, TopicPublished
from marketplace.topics.models import Topic


def seal_bids(uow: UnitOfWork, event: TopicPublished) -> None:
    """封存: from publication on nobody learns of bids for this topic until the opening."""
    close_seal(uow.session, topic_seal(event.topic_id))


def index_topic(uow: UnitOfWork, event: TopicEvent) -> None:
    """The text can be found: by the province while it is a draft, by everybody once it is announced."""
    index(uow, document_of(uow.session.get_one(Topic, event.topic_id)))


def document_of(topic: Topic) -> Document:
    """What of a topic can be found, by whom."""
    public = topic.published_at is not None
    address = f"/topics/{topic.code}" if public else f"/manage/topics/{topic.id}"
    parts = [topic.code, topic.category, topic.field, topic.background, *topic.objectives]
    parts += [item["name"] for item in (*topic.deliverables, *topic.milestones)]
    parts += [text for item in topic.deliverables for text in item["acceptance"]]
    return Document(
        "topic",
        topic.id,
        topic.title or topic.code,
        "\n".join(parts),
        "public" if public else "province",
        address,
    )


def all_documents(session: Session) -> Iterator[Document]:
    """All topics, for the rebuild of the search."""
    return (document_of(topic) for topic in session.scalars(select(Topic).order_by(Topic.id)))
