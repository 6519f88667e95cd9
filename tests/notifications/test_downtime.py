"""After three days in which nothing ran, everything due happens once, in order, with the true deadlines on record."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.audit.seals import close_seal, topic_seal
from marketplace.bids.models import BidOpening
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.notifications.worker import Worker
from marketplace.schedule import JOBS
from marketplace.topics.models import Topic
from marketplace.topics.workflow import TopicState
from tests.notifications.test_delivery import use_server
from tests.support.builders import build_topic
from tests.support.smtp import SmtpServer
from tests.support.world import World


def test_three_days_of_downtime(world: World, smtp_server: SmtpServer) -> None:
    use_server(world, smtp_server.port)
    begin = world.clock()
    deadlines = {}
    with world.uow() as uow:
        for hours in (30, 6, 50):
            topic = build_topic(uow, TopicState.OPEN, deadline=begin + timedelta(hours=hours))
            close_seal(uow.session, topic_seal(topic.id))
            deadlines[topic.id] = begin + timedelta(hours=hours)
        planned = build_topic(
            uow, TopicState.SCHEDULED, publish_at=begin + timedelta(hours=1), deadline=begin + timedelta(days=60),
            published_at=None, published_version=0, approved_by=world.people["approver"],
        ).id  # fmt: skip
    world.clock.forward(days=3)
    first = Worker(world.app, JOBS).run_once()
    second = Worker(world.app, JOBS).run_once()
    assert first is not None
    assert second is not None
    assert (first["publish-due-topics"], first["open-due-topics"]) == (1, 3)
    assert first["deliver-mail"]
    assert set(second.values()) == {0}, "nothing is left and nothing happens twice"

    with world.reading() as session:
        openings = session.scalars(select(BidOpening).order_by(BidOpening.id)).all()
        actions = session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
        mails = session.scalars(select(OutboxMail)).all()
        assert session.get_one(Topic, planned).state == TopicState.OPEN
    assert {opening.topic_id: opening.deadline for opening in openings} == deadlines
    assert {opening.opened_at for opening in openings} == {world.clock()}
    opened = [row.topic_id for row in openings]
    assert opened == sorted(deadlines, key=lambda topic: deadlines[topic]), "the oldest deadline first"
    assert Counter(actions)["TopicPublished"] == 1
    assert {mail.state for mail in mails} == {MailState.SENT}
    assert (
        len(smtp_server.received)
        == len(mails)
        == len({r.message["Message-ID"] for r in smtp_server.received})
    )
