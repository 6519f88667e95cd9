"""评审组构成: how many, how many of them technical, how many from outside; and the random draw."""

import hashlib
from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no


@dataclass(frozen=True, slots=True)
class Member:
    """What the rules ask of a member: ``outside`` means not of the province's own offices and units."""

    expert_id: int
    organisation_id: int
    technical: bool
    outside: bool
    matches: bool = False


def composition(members: Sequence[Member], size: int, outside_majority: bool) -> Verdict:
    """Whether these members may form a panel; else the first rule they break."""
    count = len(members)
    technical = sum(member.technical for member in members)
    outside = sum(member.outside for member in members)
    return first_refusal(
        YES if count >= size else no(N_("评审组至少%(size)s人，现有%(count)s人"), size=size, count=count),
        YES if count % 2 else no(N_("评审组人数须为单数，现有%(count)s人"), count=count),
        YES
        if technical * 3 >= count * 2
        else no(N_("技术类专家不得少于三分之二，现有%(technical)s人"), technical=technical),
        YES
        if not outside_majority or outside * 2 > count
        else no(N_("直属单位参与揭榜，系统外专家须过半，现有%(outside)s人"), outside=outside),
    )


def draw(
    candidates: Sequence[Member],
    seats: int,
    seed: int,
    seated: Sequence[Member] = (),
    outside_majority: bool = False,
) -> tuple[int, ...]:
    """随机抽取: experts of the topic's field first, then by the seed's order; as many units as possible, and never a
    choice that would break the rules of composition while a better one is left. The same seed and candidates always
    give the same members."""
    left = sorted(candidates, key=lambda member: (not member.matches, lot(seed, member.expert_id)))
    members = list(seated)
    chosen: list[int] = []
    whole = len(members) + seats
    while left and len(chosen) < seats:
        best = min(left, key=lambda member: _burden(member, members, whole, outside_majority))
        left.remove(best)
        members.append(best)
        chosen.append(best.expert_id)
    return tuple(chosen)


def lot(seed: int, expert_id: int) -> str:
    """The place of an expert in the order of a seed (签号)."""
    return hashlib.sha256(f"{seed}:{expert_id}".encode()).hexdigest()


def _burden(
    member: Member, members: Sequence[Member], whole: int, outside_majority: bool
) -> tuple[bool, bool, int]:
    """What speaks against taking this one next: too many laymen, too many insiders, her unit already sits."""
    laymen = sum(not seated.technical for seated in members)
    insiders = sum(not seated.outside for seated in members)
    same_unit = sum(seated.organisation_id == member.organisation_id for seated in members)
    return (
        not member.technical and (laymen + 1) * 3 > whole,
        outside_majority and not member.outside and (insiders + 1) * 2 >= whole,
        same_unit,
    )
