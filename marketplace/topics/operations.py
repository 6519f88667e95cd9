"""The verbs of drawing up and announcing: lists with their rules, topics with their text."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.core.canonical import sha256_hex
from marketplace.core.clock import beijing_date, end_of_day
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.topics import events, policy
from marketplace.topics.checks import LEAST_WINDOW, deadline_problem, malformed, problems
from marketplace.topics.content import SECTIONS, TopicContent, columns_of, from_plain, to_plain, with_keys
from marketplace.topics.differences import differences
from marketplace.topics.models import ChallengeList, Topic, TopicVersion
from marketplace.topics.queries import due_topics, rules_of
from marketplace.topics.rules import DEFAULT_RULES, ListRules, rule_problems
from marketplace.topics.wording import said
from marketplace.topics.workflow import CHALLENGE_LIST, TOPIC

MOST_REASON = 1000


def draft_list(
    uow: UnitOfWork,
    *,
    title: str,
    year: int,
    code: str = "",
    rules: ListRules = DEFAULT_RULES,
    is_sample: bool = False,
) -> ChallengeList:
    """起草榜单, with the usual rules to begin with."""
    require(policy.may_draft(uow.actor))
    code = code or _next_list_code(uow, year)
    _check_list(uow, title, year, code)
    made = ChallengeList(code=code, title=title, year=year, rules=rules.to_dict(), is_sample=is_sample)
    uow.session.add(made)
    uow.session.flush()
    uow.emit(events.ListDrafted(list_id=made.id))
    return made


def _check_list(uow: UnitOfWork, title: str, year: int, code: str) -> None:
    found: dict[str, Problem] = {}
    if not title or len(title) > 120:
        found["title"] = N_("请填写榜单名称，不超过120字")
    if not 2000 <= year <= 2100:
        found["year"] = N_("请填写四位年份")
    if len(code) > 32 or not all(char.isalnum() or char == "-" for char in code) or not code.isascii():
        found["code"] = N_("编号只能用字母、数字和连字符，不超过32个字符")
    elif uow.session.scalar(select(ChallengeList.id).where(ChallengeList.code == code)) is not None:
        found["code"] = N_("编号已被使用")
    if found:
        raise Invalid(found)


def change_list_rules(
    uow: UnitOfWork, challenge_list: ChallengeList, rules: ListRules, version: int | None = None
) -> None:
    """修改本批次规则, as long as the list is a draft."""
    require(policy.may_change_rules(uow.actor, challenge_list))
    require_version(challenge_list, version)
    if found := rule_problems(rules):
        raise Invalid(found)
    challenge_list.rules = rules.to_dict()
    uow.emit(events.ListRulesChanged(list_id=challenge_list.id))


def publish_list(uow: UnitOfWork, challenge_list: ChallengeList, version: int | None = None) -> None:
    """发布榜单: from now on nobody can change its rules; their hash is on record."""
    require(policy.may_publish_list(uow.actor, challenge_list))
    require_version(challenge_list, version)
    if found := rule_problems(rules_of(challenge_list)):
        raise Invalid(found)
    CHALLENGE_LIST.advance(challenge_list, "publish")
    challenge_list.rules_sha256 = sha256_hex(challenge_list.rules)
    challenge_list.published_at = uow.now
    uow.emit(events.ListPublished(list_id=challenge_list.id, rules_sha256=challenge_list.rules_sha256))


def draft_topic(
    uow: UnitOfWork,
    challenge_list: ChallengeList,
    content: TopicContent | None = None,
    *,
    code: str = "",
    is_sample: bool = False,
) -> Topic:
    """起草榜题: empty, or with a text at hand. The usual time to bid is proposed as its deadline."""
    require(policy.may_draft_topic(uow.actor, challenge_list))
    content = content or TopicContent()
    if content.deadline is None:
        content = replace(content, deadline=proposed_deadline(rules_of(challenge_list), uow.now))
    if found := malformed(content):
        raise Invalid(found)
    topic = Topic(
        list=challenge_list, code=code or _next_topic_code(uow, challenge_list.year),
        setter_id=uow.actor.organisation_id, drafted_by=uow.actor.person_id,
        created_on=beijing_date(uow.now), is_sample=is_sample, **columns_of(content),
    )  # fmt: skip
    uow.session.add(topic)
    uow.session.flush()
    uow.emit(events.TopicDrafted(topic_id=topic.id))
    return topic


def proposed_deadline(rules: ListRules, now: datetime) -> datetime:
    """建议截止时间: the end of the last day of the list's bidding window, and a week for the approval."""
    return end_of_day(beijing_date(now) + timedelta(days=rules.bid_window_days + LEAST_WINDOW.days))


def content_of(topic: Topic) -> TopicContent:
    """The topic's present text."""
    return from_plain({name: getattr(topic, name) for fields in SECTIONS.values() for name in fields})


def save_section(
    uow: UnitOfWork,
    topic: Topic,
    section: str,
    values: Mapping[str, Any],
    version: int | None = None,
) -> None:
    """保存草稿 of one section. It may be incomplete, but never malformed; a stale version answers with both texts."""
    require(policy.may_edit(uow.actor, topic))
    present = content_of(topic)
    chosen = {name: values[name] for name in SECTIONS[section] if name in values}
    content = replace(present, **chosen)
    if "deliverables" in chosen:
        known = {item.key for item in present.deliverables}
        content = replace(content, deliverables=with_keys(content.deliverables, known))
    _require_fresh(topic, version, section, present, content)
    if found := malformed(content, section):
        raise Invalid(found)
    if _write(topic, content):
        topic.returned_sections = [name for name in topic.returned_sections if name != section]
        uow.emit(events.TopicSectionSaved(topic_id=topic.id, section=section))


def _require_fresh(
    topic: Topic, version: int | None, section: str, theirs: TopicContent, yours: TopicContent
) -> None:
    names = SECTIONS[section]
    stored, typed = to_plain(theirs), to_plain(yours)
    require_version(
        topic, version, theirs=said({n: stored[n] for n in names}), yours=said({n: typed[n] for n in names})
    )


def _write(topic: Topic, content: TopicContent) -> bool:
    """Puts the text into the row; answers whether anything changed."""
    changed = False
    for name, value in columns_of(content).items():
        if getattr(topic, name) != value:
            setattr(topic, name, value)
            changed = True
    return changed


def submission_problems(topic: Topic, now: datetime) -> dict[str, Problem]:
    """提交前检查: all that is missing or wrong, field by field."""
    found = problems(content_of(topic), None, rules_of(topic))
    late = deadline_problem(topic.deadline, now)
    if late is not None:
        found.setdefault("deadline", late)
    return found


def submit_topic(uow: UnitOfWork, topic: Topic, version: int | None = None) -> None:
    """提交审定: only when nothing is missing."""
    require(policy.may_submit(uow.actor, topic))
    require_version(topic, version)
    if found := submission_problems(topic, uow.now):
        raise Invalid(found)
    TOPIC.advance(topic, "submit")
    topic.submitted_by = uow.actor.person_id
    topic.returned_reason, topic.returned_sections = None, []
    uow.emit(events.TopicSubmitted(topic_id=topic.id))


def return_topic(
    uow: UnitOfWork, topic: Topic, sections: Iterable[str], opinion: str, version: int | None = None
) -> None:
    """退回修改, with the sections that need work and the reason."""
    require(policy.may_return(uow.actor, topic))
    require_version(topic, version)
    marked = [section for section in SECTIONS if section in set(sections)]
    _require_reason(opinion)
    TOPIC.advance(topic, "return")
    topic.returned_reason, topic.returned_sections = opinion, marked
    topic.publish_at = topic.approved_by = None
    uow.emit(events.TopicReturned(topic_id=topic.id, opinion=opinion, sections=tuple(marked)))


def _require_reason(opinion: str) -> None:
    if not opinion:
        raise Invalid({"opinion": N_("请写明理由")})
    if len(opinion) > MOST_REASON:
        raise Invalid({"opinion": (N_("不能超过%(most)s字"), {"most": MOST_REASON})})


def approve_topic(
    uow: UnitOfWork, topic: Topic, publish_at: datetime | None = None, version: int | None = None
) -> None:
    """批准发榜: at once, or at a later moment, when the program publishes it."""
    require(policy.may_approve(uow.actor, topic))
    require_version(topic, version)
    later = publish_at if publish_at is not None and publish_at > uow.now else None
    if later is not None and later > uow.now + timedelta(days=180):
        raise Invalid({"publish_at": N_("发榜时间不能晚于180天之后")})
    late = deadline_problem(topic.deadline, later or uow.now)
    if late is not None:
        raise Invalid({"deadline": late})
    topic.approved_by = uow.actor.person_id
    if later is None:
        _publish(uow, topic)
        return
    TOPIC.advance(topic, "schedule")
    topic.publish_at = later
    uow.emit(events.TopicScheduled(topic_id=topic.id, publish_at=later.isoformat()))


def publish_due_topics(uow: UnitOfWork, only: int | None = None) -> int:
    """定时发榜: every approved topic whose moment has come (or one of them), once. Answers how many."""
    due = due_topics(uow.session, uow.now, only)
    for topic in due:
        if deadline_problem(topic.deadline, uow.now) is not None:
            topic.deadline = end_of_day(beijing_date(uow.now) + LEAST_WINDOW)
        _publish(uow, topic)
    return len(due)


def _publish(uow: UnitOfWork, topic: Topic) -> None:
    """The text becomes its first announced version; the time to bid begins."""
    TOPIC.advance(topic, "publish")
    topic.published_at = uow.now
    _announce_version(uow, topic, [], "")
    uow.emit(events.TopicPublished(topic_id=topic.id))


def _announce_version(uow: UnitOfWork, topic: Topic, changes: list[dict[str, Any]], reason: str) -> None:
    plain_text = to_plain(content_of(topic))
    topic.published_version += 1
    uow.session.add(
        TopicVersion(
            topic_id=topic.id, number=topic.published_version, content=plain_text,
            content_sha256=sha256_hex(plain_text), changes=changes, reason=reason, published_at=uow.now,
            published_by=uow.actor.person_id or topic.approved_by,
        )
    )  # fmt: skip


def amendment(topic: Topic, content: TopicContent) -> list[dict[str, Any]]:
    """What a new text would change (修改对照). Raises Invalid when it may not be announced."""
    present = content_of(topic)
    found = problems(content, None, rules_of(topic))
    if content.deadline and topic.deadline and content.deadline < topic.deadline:
        found["deadline"] = N_("发榜后截止时间只能推迟，不能提前")
    if not set(present.eligible_levels) <= set(content.eligible_levels):
        found["eligible_levels"] = N_("发榜后可揭榜单位只能增加，不能减少")
    if found:
        raise Invalid(found)
    changes = differences(to_plain(present), to_plain(content))
    if not changes:
        raise Invalid({"content": N_("内容没有变化")})
    return changes


def amend_topic(
    uow: UnitOfWork, topic: Topic, content: TopicContent, opinion: str, version: int | None = None
) -> None:
    """公布修改: the text of an open topic changes only as a new version, announced with its differences and the
    reason. The deadline may move later, never earlier."""
    require(policy.may_amend(uow.actor, topic, uow.now))
    require_version(topic, version)
    known = {item.key for item in content_of(topic).deliverables}
    content = replace(content, deliverables=with_keys(content.deliverables, known))
    changes = amendment(topic, content)
    _require_reason(opinion)
    _write(topic, content)
    _announce_version(uow, topic, changes, opinion)
    uow.emit(events.TopicAmended(topic_id=topic.id, number=topic.published_version, opinion=opinion))


def withdraw_topic(uow: UnitOfWork, topic: Topic, opinion: str, version: int | None = None) -> None:
    """撤榜: the topic is taken back before its deadline, with a public reason."""
    require(policy.may_withdraw(uow.actor, topic, uow.now))
    require_version(topic, version)
    _require_reason(opinion)
    TOPIC.advance(topic, "withdraw")
    uow.emit(events.TopicWithdrawn(topic_id=topic.id, opinion=opinion))


def _next_list_code(uow: UnitOfWork, year: int) -> str:
    taken = uow.session.scalars(select(ChallengeList.code).where(ChallengeList.code.startswith(f"{year}-")))
    return f"{year}-{_highest(taken) + 1}"


def _next_topic_code(uow: UnitOfWork, year: int) -> str:
    taken = uow.session.scalars(select(Topic.code).where(Topic.code.startswith(f"JB-{year}-")))
    return f"JB-{year}-{_highest(taken) + 1:03d}"


def _highest(codes: Iterable[str]) -> int:
    ends = (code.rsplit("-", 1)[1] for code in codes)
    return max((int(end) for end in ends if end.isascii() and end.isdigit()), default=0)
