"""The parts of the form (申请书分节): which fields each page edits, and the words for them."""

from typing import Any

from marketplace.bids.content import SOURCE_LABELS, BidContent, Source
from marketplace.core.dataclass import dataclass
from marketplace.core.money import fen_to_wan
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the form: code, title (msgid) and the content's fields on it."""

    code: str
    title: str
    fields: tuple[str, ...]


SECTIONS: tuple[Section, ...] = (
    Section("basics", N_("负责人与参与单位"), ("leader_name", "leader_title", "leader_phone")),
    Section("goals", N_("榜题理解与考核指标"), ("understanding", "indicators")),
    Section("plan", N_("工作方案"), ("approach",)),
    Section("milestones", N_("里程碑计划"), ("milestones",)),
    Section("team", N_("团队与工作基础"), ("team", "basis")),
    Section("budget", N_("经费预算"), ("budget", "budget_statement")),
    Section("guarantee", N_("保障、推广与风险"), ("organisation", "replication", "risks")),
    Section("pledge", N_("附件与承诺"), ("pledged",)),
)
BY_CODE = {section.code: section for section in SECTIONS}

FIELD_LABELS = {
    "leader_name": N_("项目负责人"),
    "leader_title": N_("职务或职称"),
    "leader_phone": N_("联系电话"),
    "understanding": N_("对榜题的理解、现状与问题"),
    "indicators": N_("考核指标"),
    "approach": N_("工作方案与技术路线"),
    "milestones": N_("里程碑计划"),
    "team": N_("团队成员"),
    "basis": N_("工作基础"),
    "budget": N_("经费预算"),
    "budget_statement": N_("经费说明"),
    "organisation": N_("组织与条件保障"),
    "replication": N_("预期成果与推广价值"),
    "risks": N_("风险分析与容错事项"),
    "pledged": N_("承诺书"),
}


def next_section(code: str) -> str | None:
    """The section after this one, if any."""
    codes = [section.code for section in SECTIONS]
    following = codes.index(code) + 1
    return codes[following] if following < len(codes) else None


def readable(content: BidContent, section: str) -> dict[str, str]:
    """The section's texts by label, for comparing two versions (内容对照)."""
    return {FIELD_LABELS[name]: _words(getattr(content, name)) for name in BY_CODE[section].fields}


def changed_sections(one: BidContent, other: BidContent) -> list[str]:
    """Codes of the sections in which two contents differ."""
    return [
        section.code
        for section in SECTIONS
        if any(getattr(one, name) != getattr(other, name) for name in section.fields)
    ]


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return "\n".join(_line(row) for row in value)
    if isinstance(value, bool):
        return "✓" if value else "—"
    return str(value)


def _line(row: Any) -> str:
    values = {name: getattr(row, name) for name in row.__dataclass_fields__}
    if "fen" in values:
        values = {
            "source": SOURCE_LABELS[Source(row.source)], "subject": row.subject, "fen": f"{fen_to_wan(row.fen):,.2f}",
        }  # fmt: skip
    texts = ("；".join(value) if isinstance(value, tuple) else value for value in values.values())
    return " | ".join("" if text is None else str(text) for text in texts)
