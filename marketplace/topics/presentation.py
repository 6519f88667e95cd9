"""How pages speak of topics: words for codes, the state as a chip's parts, the stage as a stepper."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row

from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.organisations.models import Organisation
from marketplace.topics import wording
from marketplace.topics.content import SECTION_LABELS, ExpectedStandard, TopicContent
from marketplace.topics.models import ChallengeList, Topic
from marketplace.topics.workflow import CHALLENGE_LIST, TOPIC, TopicState
from marketplace.web.formats import money_text, wan_text
from marketplace.web.i18n import speaks_english, translate
from marketplace.web.offers import stepper
from marketplace.web.templating import in_english, show_datetime

BEGINNING = (TopicState.DRAFT, TopicState.IN_APPROVAL)
ENDS: dict[str, tuple[TopicState, ...]] = {
    TopicState.NO_AWARD: (TopicState.OPEN, TopicState.NO_AWARD),
    TopicState.WITHDRAWN: (TopicState.OPEN, TopicState.WITHDRAWN),
    TopicState.SCHEDULED: (
        TopicState.SCHEDULED, TopicState.OPEN, TopicState.IN_REVIEW, TopicState.AWARDED, TopicState.COMPLETED
    ),
}  # fmt: skip
USUAL = (TopicState.OPEN, TopicState.IN_REVIEW, TopicState.AWARDED, TopicState.COMPLETED)


def text(name: str, value: Any) -> str:
    """A field's value in the reader's language."""
    plain = asdict(value) if isinstance(value, ExpectedStandard) else value
    return wording.text_of(name, plain, translate)


def levels(codes: Sequence[str]) -> str:
    """The eligible bodies in a few characters."""
    return wording.joined((translate(wording.LEVEL_SHORT[code]) for code in codes), translate)


def state(thing: Topic | Row[Any] | ChallengeList) -> tuple[str, str, str]:
    """Code, word and tone of the state, for the ``chip`` macro; of a topic also as a line of a list."""
    workflow = CHALLENGE_LIST if isinstance(thing, ChallengeList) else TOPIC
    return thing.state, translate(workflow.label(thing.state)), wording.TONES[thing.state]  # type: ignore[index]


def steps(topic: Topic, *, public: bool = False) -> list[dict[str, Any]]:
    """The stage of a topic; the public begins with its publication."""
    path = (*(() if public else BEGINNING), *ENDS.get(topic.state, USUAL))
    times = {
        TopicState.SCHEDULED: topic.publish_at,
        TopicState.OPEN: topic.published_at,
        TopicState.IN_REVIEW: topic.opened_at,
        TopicState.AWARDED: topic.decided_at,
        TopicState.NO_AWARD: topic.decided_at,
    }
    return stepper(TOPIC, path, topic.state, {str(key): at for key, at in times.items()})


def budget(topic: Topic | TopicContent | Row[Any]) -> str:
    """The range of the budget, or 无资金."""
    least, most = topic.budget_min_fen, topic.budget_max_fen
    if most is None or least is None:
        return translate(N_("无资金"))
    if speaks_english():
        return (
            money_text(most, True) if least == most else f"{money_text(least, True)}–{money_text(most, True)}"
        )
    amount = wan_text(most) if least == most else f"{wan_text(least)}–{wan_text(most)}"
    return f"{amount} 万元"


def award(topic: Topic | TopicContent | Row[Any]) -> str:
    """单一揭榜, or 赛马制 with the number of places."""
    mode = translate(wording.AWARD_LABELS.get(topic.award_mode, topic.award_mode))
    if topic.max_awardees <= 1:
        return mode
    return mode + translate(N_("（最多%(n)s家）"), {"n": topic.max_awardees})


@dataclass(frozen=True, slots=True)
class Line:
    """One topic in the public list, worded."""

    url: str
    code: str
    title: str
    field: str
    category: str
    budget: str
    award: str
    deadline: datetime | None
    deadline_text: str
    state: tuple[str, str, str]
    is_sample: bool


def lines(topics: Iterable[Row[Any]], base: str) -> list[Line]:
    """The lines of a list; ``base`` is the address of the list itself."""
    return [
        Line(
            f"{base}/{quote(topic.code, safe='')}", topic.code, topic.title, topic.field, translate(topic.category),
            budget(topic), award(topic), topic.deadline, show_datetime(topic.deadline), state(topic), topic.is_sample,
        )
        for topic in topics
    ]  # fmt: skip


def organisation(found: Organisation) -> str:
    """Its name in the reader's language."""
    return found.name_en if in_english() and found.name_en else found.name


WORDS: dict[str, Any] = {
    "awards": wording.AWARD_LABELS,
    "sections": SECTION_LABELS,
    "text": text,
    "budget": budget,
    "award": award,
    "levels": levels,
    "state": state,
    "steps": steps,
    "organisation": organisation,
}
"""What templates reach as ``topic_words``."""
