"""Lists of challenges and topics (榜单、榜题)."""

from collections.abc import Iterable

from sqlalchemy import select

from marketplace.core.canonical import sha256_hex
from marketplace.doctor.base import Context, check, where
from marketplace.topics.models import ChallengeList, Topic, TopicVersion
from marketplace.topics.rules import rule_problems, rules_from_dict
from marketplace.topics.workflow import ListState


@check
def published_lists_kept_their_rules(context: Context) -> Iterable[str]:
    for one in context.session.scalars(select(ChallengeList).where(ChallengeList.state != ListState.DRAFT)):
        if sha256_hex(one.rules) != one.rules_sha256 or rule_problems(rules_from_dict(one.rules)):
            yield f"ChallengeList {one.code}"


@check
def published_topics_have_their_version(context: Context) -> Iterable[str]:
    version = select(TopicVersion.topic_id).where(TopicVersion.number == Topic.published_version)
    return where(
        context,
        Topic,
        Topic.published_at.is_not(None),
        ~version.where(TopicVersion.topic_id == Topic.id).exists(),
    )
