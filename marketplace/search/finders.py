"""经办事项检索: what the reader takes part in is not in the index but looked for through the step's own scoped query.

So nothing sealed is ever entered anywhere, and what one may find is what one may open.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from marketplace.core.actor import Actor
from marketplace.core.dataclass import dataclass
from marketplace.core.text import tidy
from marketplace.search.bigrams import MOST_TERMS

MOST_OF_A_KIND = 10


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing of the reader's own work: ``kind`` and ``state`` are msgids; ``unit`` is the leading unit's name."""

    kind: str
    title: str
    number: str
    unit: str
    state: str
    url: str


Finder = Callable[[Session, Actor, Sequence[str]], Sequence[Matter]]
"""One statement at most, ``MOST_OF_A_KIND`` things at most, the newest first; none for whoever may not see the kind."""
FINDERS: dict[str, Finder] = {}
"""Kind → finder, bound in ``wiring``."""


def matters(session: Session, actor: Actor, asked: str) -> list[Matter]:
    """What matches among the things the reader works with; nothing for visitors."""
    words = tidy(asked).split()[:MOST_TERMS]
    if not words or actor.person_id is None:
        return []
    return [matter for finder in FINDERS.values() for matter in finder(session, actor, words)]


def mentions(words: Sequence[str], *columns: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
    """Every word must occur in one of the columns."""
    return [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]
