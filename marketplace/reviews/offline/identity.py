"""Whose workbook it is and how the sheets stood when it was made (评分表标识). Pure."""

import json
from collections.abc import Mapping

from marketplace.core.canonical import canonical_json, sha256_hex
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_, tidy
from marketplace.files.sniffing import BadFile
from marketplace.reviews.models import Panel, Seat
from marketplace.reviews.scoring import MarkInput, mark_of

FORMAT = 1
DIGITS = 12
DAMAGED = N_("“%(file)s”：不是从本页下载的评分表，或标识已损坏，请重新下载")
OUTDATED = N_("“%(file)s”：评分表的版本已过时，请重新下载")


@dataclass(frozen=True, slots=True)
class Content:
    """What one sheet says: a mark for each criterion, and the overall opinion."""

    marks: Mapping[str, MarkInput]
    comment: str

    def digest(self) -> str:
        """Equal for equal content, however it is stored."""
        marks = {code: mark.stored() for code, mark in self.marks.items()}
        return sha256_hex({"marks": marks, "comment": self.comment})[:DIGITS]

    @property
    def empty(self) -> bool:
        return not self.comment and all(mark == MarkInput() for mark in self.marks.values())


def content_of(marks: Mapping[str, Mapping[str, object]], comment: str, codes: tuple[str, ...]) -> Content:
    """A stored sheet as a workbook can show it."""
    read = {code: mark_of(marks.get(code)) for code in codes}
    return Content(
        {
            code: MarkInput(None if mark.unable else mark.score, mark.unable, tidy(mark.comment))
            for code, mark in read.items()
        },
        tidy(comment),
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """评分表标识: seat and panel; ``rules`` is the hash of what is scored by; ``name`` is this workbook's own;
    ``stood`` gives each item's version and digest at the download (version 0: no sheet yet)."""

    seat_id: int
    panel_id: int
    rules: str
    name: str
    stood: Mapping[int, tuple[int, str]]

    def written(self) -> tuple[str, str]:
        """The two hidden cells: the identity, and its fingerprint."""
        said = {
            "format": FORMAT, "seat": self.seat_id, "panel": self.panel_id, "rules": self.rules, "name": self.name,
            "stood": {str(item): list(one) for item, one in self.stood.items()},
        }  # fmt: skip
        return canonical_json(said).decode(), sha256_hex(said)


def read_identity(text: str, fingerprint: str) -> Identity:
    """The identity of a workbook. Raises BadFile when it is damaged or of an older form."""
    try:
        said = json.loads(text)
        if sha256_hex(said) != fingerprint:
            raise BadFile(DAMAGED)
        if said["format"] != FORMAT:
            raise BadFile(OUTDATED)
        stood = {int(item): (int(version), str(digest)) for item, (version, digest) in said["stood"].items()}
        return Identity(
            int(said["seat"]), int(said["panel"]), str(said["rules"]), str(said["name"])[:16], stood
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(DAMAGED) from error


def rules_hash(panel: Panel) -> str:
    """What the marks are judged by: the criteria, the line for reasons, and the frozen protocol."""
    return sha256_hex(
        {"rubric": panel.rubric, "reason_below": panel.reason_below, "protocol": panel.protocol_sha256}
    )


def require_own(identity: Identity, seat: Seat) -> None:
    """Raises BadFile when the workbook belongs to another panel, another expert, or other rules."""
    if identity.panel_id != seat.panel_id:
        raise BadFile(N_("“%(file)s”：这是另一次评审的评分表"))
    if identity.seat_id != seat.id:
        raise BadFile(N_("“%(file)s”：这不是您的评分表"))
    if identity.rules != rules_hash(seat.panel):
        raise BadFile(OUTDATED)
