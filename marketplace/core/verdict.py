"""A policy's answer with its reason, for the operation that enforces it and the page that explains it."""

from dataclasses import field
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Refused


@dataclass(frozen=True, slots=True)
class Verdict:
    """可否办理: ``reason`` is a Chinese msgid (empty when allowed), ``params`` fill its placeholders."""

    allowed: bool
    reason: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.allowed


YES = Verdict(True)


def no(reason: str, **params: Any) -> Verdict:
    """A refusal. Mark the literal with ``N_`` so that it reaches the catalogue."""
    return Verdict(False, reason, params)


def first_refusal(*verdicts: Verdict) -> Verdict:
    """Several conditions that must all hold: the first that does not, or YES."""
    return next((verdict for verdict in verdicts if not verdict.allowed), YES)


def require(verdict: Verdict) -> None:
    """Raises Refused (403) with the reason unless allowed."""
    if not verdict.allowed:
        raise Refused(verdict.reason, **verdict.params)
