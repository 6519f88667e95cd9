"""The bid form (揭榜申请书) as plain values: what it holds, how it is stored, what its hash covers. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from enum import StrEnum
from typing import Any

from marketplace.core.canonical import sha256_hex
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_


class Source(StrEnum):
    """经费来源."""

    PROVINCIAL = "provincial"
    OWN = "own"
    MATCHING = "matching"
    SOCIAL = "social"
    OTHER = "other"


SOURCE_LABELS = {
    Source.PROVINCIAL: N_("省级经费"),
    Source.OWN: N_("本级财政"),
    Source.MATCHING: N_("配套资金"),
    Source.SOCIAL: N_("社会自筹"),
    Source.OTHER: N_("其他来源"),
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """考核指标: present value, target and way of proof for one deliverable of the topic."""

    deliverable_key: str = ""
    name: str = ""
    present: str = ""
    target: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class PlannedMilestone:
    """里程碑计划: due ``month`` months after the start; ``weight`` in per cent of the whole (None: shared evenly)."""

    name: str = ""
    month: int | None = None
    deliverable: str = ""
    evidence: tuple[str, ...] = ()
    responsible: str = ""
    weight: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """团队成员: only what the work needs to know of a person."""

    name: str = ""
    unit: str = ""
    title: str = ""
    field: str = ""
    task: str = ""
    months: int | None = None


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """经费预算: one amount in 分 by source and subject."""

    source: str = Source.OWN
    subject: str = ""
    fen: int = 0


@dataclass(frozen=True, slots=True)
class BidContent:
    """揭榜申请书. Partners and files belong to the bid itself; ``snapshot`` joins them."""

    leader_name: str = ""
    leader_title: str = ""
    leader_phone: str = ""
    understanding: str = ""
    indicators: tuple[Indicator, ...] = ()
    approach: str = ""
    milestones: tuple[PlannedMilestone, ...] = ()
    team: tuple[Member, ...] = ()
    basis: str = ""
    budget: tuple[BudgetLine, ...] = ()
    budget_statement: str = ""
    organisation: str = ""
    replication: str = ""
    risks: str = ""
    pledged: bool = False

    @property
    def total_fen(self) -> int:
        """The whole budget in 分."""
        return sum(line.fen for line in self.budget)

    def fen_from(self, source: Source) -> int:
        """The part of one source in 分."""
        return sum(line.fen for line in self.budget if line.source == source)

    def uncovered(self, deliverable_keys: Iterable[str]) -> list[str]:
        """Keys of deliverables for which no indicator promises a target (未覆盖的交付成果)."""
        promised = {line.deliverable_key for line in self.indicators if line.name and line.target}
        return [key for key in deliverable_keys if key not in promised]

    def weighted(self) -> "BidContent":
        """The same with milestone weights: where none is given, an even split that sums to 100."""
        if any(line.weight is not None for line in self.milestones):
            return self
        shares = even_shares(len(self.milestones))
        lines = tuple(replace(line, weight=w) for line, w in zip(self.milestones, shares, strict=True))
        return replace(self, milestones=lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the database."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def even_shares(count: int) -> list[int]:
    """100 split into whole numbers that differ by one at most, the larger ones first."""
    if count == 0:
        return []
    share, rest = divmod(100, count)
    return [share + 1] * rest + [share] * (count - rest)


_ROWS: dict[str, type[Any]] = {
    "indicators": Indicator,
    "milestones": PlannedMilestone,
    "team": Member,
    "budget": BudgetLine,
}


def content_from_dict(value: Mapping[str, Any]) -> BidContent:
    """The form as stored; a draft may lack parts."""
    known = {item.name for item in fields(BidContent)}
    given = {key: item for key, item in value.items() if key in known}
    for name, kind in _ROWS.items():
        given[name] = tuple(_row(kind, row) for row in given.get(name, ()))
    return BidContent(**given)


def snapshot(
    topic: str,
    lead: Mapping[str, Any],
    content: BidContent,
    partners: Iterable[Mapping[str, Any]],
    files: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """Everything that is submitted: for which topic, by whom, the form, partners in order, files sorted by hash
    (提交内容)."""
    ordered = sorted(files, key=lambda file: (file["sha256"], file["name"]))
    return {
        "topic": topic,
        "lead": dict(lead),
        "content": content.to_dict(),
        "partners": [dict(partner) for partner in partners],
        "files": [dict(file) for file in ordered],
    }


def digest(submitted: Mapping[str, Any]) -> str:
    """内容摘要: SHA-256 of the canonical JSON of a snapshot; it covers each file through the file's own SHA-256."""
    return sha256_hex(submitted)


def _row(kind: type[Any], row: Mapping[str, Any]) -> Any:
    values = dict(row)
    if "evidence" in values:
        values["evidence"] = tuple(values["evidence"])
    return kind(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
