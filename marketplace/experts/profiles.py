"""What is known of an expert (专家信息), cleaned, judged and compared."""

from collections.abc import Mapping, Sequence
from datetime import date

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_, has_forbidden_characters
from marketplace.experts.labels import CHANGES, KIND_LABELS, LANGUAGE_LABELS
from marketplace.experts.models import Expert, ExpertKind

MOST_TITLE, MOST_FIELD, MOST_FIELDS, MOST_PANELS = 80, 40, 12, 50


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """What an expert keeps up to date herself. ``workload_limit`` empty means no limit."""

    fields: Sequence[str]
    title: str
    languages: Sequence[str] = ("zh",)
    workload_limit: int | None = None


@dataclass(frozen=True, slots=True)
class ExpertProfile:
    """专家信息 as the office enters it: ``term_to`` is the last day of the term, empty for no end."""

    fields: Sequence[str]
    title: str
    technical: bool
    term_from: date
    term_to: date | None = None
    languages: Sequence[str] = ("zh",)
    workload_limit: int | None = None
    kind: str = ExpertKind.EXPERT

    @property
    def own(self) -> OwnProfile:
        """The expert's own part of it."""
        return OwnProfile(self.fields, self.title, self.languages, self.workload_limit)


def split_fields(typed: str) -> tuple[str, ...]:
    """Fields as people type them: any of the usual separators, each field once."""
    text = typed.replace("，", "、").replace(",", "、").replace("；", "、").replace(";", "、")
    return tuple(dict.fromkeys(part for one in text.split("、") if (part := one.strip())))


def own_problems(profile: OwnProfile) -> dict[str, Problem]:
    """What stands against an expert's own part."""
    problems: dict[str, Problem] = {}
    if not profile.fields:
        problems["fields_text"] = N_("请填写至少一个专业领域")
    elif any(len(one) > MOST_FIELD for one in profile.fields) or len(profile.fields) > MOST_FIELDS:
        problems["fields_text"] = N_("最多12个领域，每个不超过40字")
    if len(profile.title) > MOST_TITLE:
        problems["title"] = (N_("最多%(limit)s字"), {"limit": MOST_TITLE})
    if any(has_forbidden_characters(text) for text in (*profile.fields, profile.title)):
        problems["fields_text"] = N_("含有不能保存的字符")
    if not profile.languages or not set(profile.languages) <= set(LANGUAGE_LABELS):
        problems["languages"] = N_("请选择至少一种工作语言")
    if profile.workload_limit is not None and not 1 <= profile.workload_limit <= MOST_PANELS:
        problems["workload_limit"] = (N_("请填写1至%(most)s的整数"), {"most": MOST_PANELS})
    return problems


def profile_problems(profile: ExpertProfile) -> dict[str, Problem]:
    """What stands against a whole profile."""
    problems = own_problems(profile.own)
    if profile.kind not in set(ExpertKind):
        problems["kind"] = N_("没有这个类别")
    if profile.term_to is not None and profile.term_to < profile.term_from:
        problems["term_to"] = N_("聘期结束日期不能早于开始日期")
    return problems


def fill_own(expert: Expert, profile: OwnProfile) -> None:
    """Writes the expert's own part."""
    expert.fields = list(dict.fromkeys(profile.fields))
    expert.languages = [code for code in LANGUAGE_LABELS if code in profile.languages]
    expert.title, expert.workload_limit = profile.title, profile.workload_limit


def fill(expert: Expert, profile: ExpertProfile) -> None:
    """Writes a whole profile."""
    fill_own(expert, profile.own)
    expert.kind, expert.technical = profile.kind, profile.technical
    expert.term_from, expert.term_to = profile.term_from, profile.term_to


def snapshot(expert: Expert) -> dict[str, str]:
    """The profile as texts, to be compared."""
    return {
        "kind": KIND_LABELS[ExpertKind(expert.kind)],
        "title": expert.title,
        "fields": "、".join(expert.fields),
        "languages": "、".join(LANGUAGE_LABELS[code] for code in expert.languages),
        "technical": "是" if expert.technical else "否",
        "workload_limit": "" if expert.workload_limit is None else str(expert.workload_limit),
        "term_from": expert.term_from.isoformat(),
        "term_to": "" if expert.term_to is None else expert.term_to.isoformat(),
    }


def told_changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What changed, for the history: 职称：讲师→教授；…"""
    changed = (key for key in CHANGES if before[key] != after[key])
    return "；".join(f"{CHANGES[key]}：{before[key] or '—'}→{after[key] or '—'}" for key in changed)
