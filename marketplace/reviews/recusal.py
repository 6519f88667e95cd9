"""回避规则: who may not judge what, decided from units alone, before anybody is asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from marketplace.core.text import N_


class RecusalRule(StrEnum):
    """Why an expert is excluded."""

    OWN_UNIT = "own_unit"  # 本单位
    PARTNER = "partner"  # 联合单位
    SUPERIOR = "superior"  # 上级单位
    SUBORDINATE = "subordinate"  # 下级单位
    SETTER = "setter"  # 出题处室
    AUTHOR = "author"  # 参与起草或审定


REASONS = {
    RecusalRule.OWN_UNIT: N_("所在单位“%(unit)s”是评审对象的牵头单位"),
    RecusalRule.PARTNER: N_("所在单位“%(unit)s”是评审对象的参与单位"),
    RecusalRule.SUPERIOR: N_("所在单位“%(unit)s”是牵头单位的上级"),
    RecusalRule.SUBORDINATE: N_("所在单位“%(unit)s”是牵头单位的下级"),
    RecusalRule.SETTER: N_("所在单位“%(unit)s”是本榜题的出题处室"),
    RecusalRule.AUTHOR: N_("本人参与了本榜题的起草或审定"),
}


@dataclass(frozen=True, slots=True)
class Units:
    """The tree of organisations: who is above whom, and what they are called."""

    parents: Mapping[int, int | None]
    names: Mapping[int, str]

    def above(self, unit: int) -> Iterator[int]:
        """All superiors, the nearest first."""
        here = self.parents.get(unit)
        while here is not None:
            yield here
            here = self.parents.get(here)


@dataclass(frozen=True, slots=True)
class Interests:
    """Whose interests a panel touches: the items' leads and partners, and who set and wrote the topic."""

    leads: frozenset[int]
    partners: frozenset[int] = frozenset()
    setters: frozenset[int] = frozenset()
    authors: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Recusal:
    """回避判断: ``rule`` is empty when nothing forbids; ``reason`` is a msgid filled by ``params``."""

    rule: RecusalRule | None = None
    params: dict[str, str] = field(default_factory=dict)

    @property
    def forbidden(self) -> bool:
        return self.rule is not None

    @property
    def reason(self) -> str:
        return REASONS[self.rule] if self.rule else ""


NONE = Recusal()


def recusal(person_id: int, own: Iterable[int], interests: Interests, units: Units) -> Recusal:
    """The first rule that forbids this person, for any of the units she belongs to or acts for."""
    if person_id in interests.authors:
        return Recusal(RecusalRule.AUTHOR)
    found = (_of_unit(unit, interests, units) for unit in sorted(own))
    return next((Recusal(rule, {"unit": units.names.get(unit, "")}) for unit, rule in found if rule), NONE)


def _of_unit(unit: int, interests: Interests, units: Units) -> tuple[int, RecusalRule | None]:
    tests = (
        (RecusalRule.OWN_UNIT, unit in interests.leads),
        (RecusalRule.PARTNER, unit in interests.partners),
        (RecusalRule.SETTER, unit in interests.setters),
        (RecusalRule.SUPERIOR, any(unit in units.above(lead) for lead in interests.leads)),
        (RecusalRule.SUBORDINATE, any(above in interests.leads for above in units.above(unit))),
    )
    return unit, next((rule for rule, holds in tests if holds), None)
