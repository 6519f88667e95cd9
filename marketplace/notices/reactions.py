"""The notices that follow from a topic's own life: published, amended, withdrawn."""

from marketplace.core.text import quoted
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notices.models import NoticeKind
from marketplace.notices.operations import announce
from marketplace.topics.events import TopicAmended, TopicPublished, TopicWithdrawn
from marketplace.topics.models import Topic
from marketplace.web.formats import exact_text


def announce_publication(uow: UnitOfWork, event: TopicPublished) -> None:
    """发榜公告."""
    topic = uow.session.get_one(Topic, event.topic_id)
    deadline = exact_text(topic.deadline)[:19]
    announce(
        uow,
        kind=NoticeKind.PUBLICATION,
        dedupe_key=f"topic-published:{topic.id}",
        topic_id=topic.id,
        title=f"关于发布榜题{quoted(topic.title)}的公告",
        title_en=f"Topic published: {topic.code}",
        body=f"榜题 {topic.code}{quoted(topic.title)}现予发布，符合条件的单位可以揭榜。\n\n"
        f"揭榜截止时间：{deadline}（北京时间）。\n\n"
        f"[查看榜题全文]({_address(uow, topic)})",
        body_en=f"Topic {topic.code} {quoted(topic.title)} is open for bids from eligible bureaus.\n\n"
        f"Bids close at {deadline} (Beijing time).\n\n"
        f"[Read the topic]({_address(uow, topic)})",
    )


def announce_amendment(uow: UnitOfWork, event: TopicAmended) -> None:
    """榜题修改公告, with the reason; the differences stand on the topic's page."""
    topic = uow.session.get_one(Topic, event.topic_id)
    announce(
        uow,
        kind=NoticeKind.AMENDMENT,
        dedupe_key=f"topic-amended:{topic.id}:{event.number}",
        topic_id=topic.id,
        title=f"关于修改榜题{quoted(topic.title)}的公告（第{event.number}版）",
        title_en=f"Topic amended: {topic.code} (version {event.number})",
        body=f"修改理由：{_plain(event.opinion)}\n\n[查看修改前后对照]({_address(uow, topic)}#versions)",
        body_en=f"Reason: {_plain(event.opinion)}\n\n[See what changed]({_address(uow, topic)}#versions)",
    )


def announce_withdrawal(uow: UnitOfWork, event: TopicWithdrawn) -> None:
    """撤榜公告. A topic that never became public is withdrawn without one."""
    topic = uow.session.get_one(Topic, event.topic_id)
    if topic.published_at is None:
        return
    announce(
        uow,
        kind=NoticeKind.WITHDRAWAL,
        dedupe_key=f"topic-withdrawn:{topic.id}",
        topic_id=topic.id,
        title=f"关于撤回榜题{quoted(topic.title)}的公告",
        title_en=f"Topic withdrawn: {topic.code}",
        body=f"榜题 {topic.code}{quoted(topic.title)}不再接受揭榜。\n\n理由：{_plain(event.opinion)}",
        body_en=f"Topic {topic.code} {quoted(topic.title)} no longer takes bids.\n\nReason: {_plain(event.opinion)}",
    )


def _address(uow: UnitOfWork, topic: Topic) -> str:
    return f"{uow.settings.base_url}/topics/{topic.code}"


_MARKS = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>#|"})


def _plain(typed: str) -> str:
    """What a person typed, so that none of it is taken for Markdown."""
    return typed.translate(_MARKS)
