"""Rules and relaxations in words, in both languages (规则用语): a snapshot tells them without the program."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marketplace.decision.explanation import Named
from marketplace.priority.funding.terms import EACH, SUBJECTS, Group


def wan(fen: int) -> str:
    """An amount of 分 in 万元, without trailing zeros."""
    return f"{(Decimal(fen) / 1_000_000).normalize():f}"


def subject(group: Group, member: str) -> Named:
    """Whom the rule is about; ``member`` is the city, field or unit when it stands for each of them."""
    if group.value != EACH:
        return Named(*SUBJECTS[group.subject])
    return Named(f"{member}的项目", f"projects of {member}")


def rule(group: Group, member: str = "") -> Named:
    """The whole rule: 县级单位的项目不少于2个、资金不超过总额的30%."""
    about = subject(group, member) if member or group.value != EACH else Named(*SUBJECTS[group.subject])
    zh, en = [], []
    if group.least:
        zh.append(f"不少于{group.least}个")
        en.append(f"at least {group.least}")
    if group.most is not None:
        zh.append(f"不多于{group.most}个")
        en.append(f"at most {group.most}")
    if group.share is not None:
        zh.append(f"资金不超过总额的{group.share}%")
        en.append(f"at most {group.share}% of the money")
    return Named(f"{about.zh}{'、'.join(zh)}", f"{about.en}: {', '.join(en)}")


def budget(year: int) -> Named:
    """The envelope of a year as a rule."""
    return Named(f"{year}年度资金总额", f"the envelope of {year}")


RELAXED = {
    "budget": (
        "把{about}从{old}万元增加到{new}万元",
        "raise {about} from {old} to {new} (10,000 yuan)",
    ),
    "least": ("把{about}“不少于{old}个”降为“不少于{new}个”", "lower “at least {old}” to {new}: {about}"),
    "most": ("把{about}“不多于{old}个”升为“不多于{new}个”", "raise “at most {old}” to {new}: {about}"),
    "share": (
        "把{about}的资金占比上限从{old}%升为{new}%",
        "raise the share of money from {old}% to {new}%: {about}",
    ),
}


def relaxation(kind: str, about: Named, old: str, new: str) -> Mapping[str, Any]:
    """One change that alone would make a plan possible, in words."""
    zh, en = RELAXED[kind]
    return {
        "zh": zh.format(about=about.zh, old=old, new=new),
        "en": en.format(about=about.en, old=old, new=new),
    }
