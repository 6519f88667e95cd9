"""What is reviewed. This step knows neither bids nor outcomes: they bind themselves here (in wiring)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from marketplace.core.dataclass import dataclass
from marketplace.files.models import Attachment
from marketplace.reviews.blind.leads import Passage
from marketplace.reviews.blind.names import Identity
from marketplace.reviews.workflow import SubjectKind


@dataclass(frozen=True, slots=True)
class Subject:
    """评审对象: a bid or an outcome as a panel needs it. ``organisation_id`` leads; ``parties`` are all units with an
    interest in it, the lead among them or not."""

    subject_id: int
    label: str
    organisation_id: int
    parties: tuple[int, ...] = ()


Hide = Callable[[str], str]
"""Hides the names of one item in a text."""


class BlindSubject(Protocol):
    """A subject as it can be read without its names (盲评材料)."""

    @property
    def identity(self) -> Identity:
        """Who stands behind it."""

    @property
    def files(self) -> Sequence[Attachment]:
        """All its attachments, for the office."""

    def passages(self, hide: Hide) -> list[Passage]:
        """Every text that ``document`` shows, as it shows it."""

    def document(self, hide: Hide, files: Sequence[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
        """Template and context of the reading view without names; ``files``: those that may be read."""


@dataclass(frozen=True, slots=True)
class SubjectPort:
    """How a kind of subject is found and read.

    ``subjects(session, source_id)``: what a panel on this source scores — the opened bids of a topic (source: topic
    id), or one outcome (source: outcome id). ``render(session, subject_id)``: template and context of the reading view
    shown beside the score sheet; it needs no more than five statements. ``recusals(session, subject_id)``: the path
    of the page on which its unit asks for recusals and reads the answers. ``blind(session, subject_ids)``: the reading
    view without names, in a constant number of statements; a kind without it is never scored blindly.
    """

    subjects: Callable[[Session, int], Sequence[Subject]]
    render: Callable[[Session, int], tuple[str, dict[str, Any]]]
    recusals: Callable[[Session, int], str]
    blind: Callable[[Session, Sequence[int]], Mapping[int, BlindSubject]] | None = None


SUBJECTS: dict[SubjectKind, SubjectPort] = {}
"""Filled in wiring."""
