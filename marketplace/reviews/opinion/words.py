"""What the opinion calls things (意见书用语): its number, its items, recusal rules, numerals."""

from collections.abc import Mapping
from typing import Any

from marketplace.core.text import N_
from marketplace.organisations.naming import unit_name
from marketplace.reviews.codes import code_of
from marketplace.reviews.recusal import RecusalRule
from marketplace.web.i18n import translate

RULES = {
    RecusalRule.AUTHOR: N_("参与榜题起草或审定"),
    RecusalRule.OWN_UNIT: N_("所在单位为牵头单位"),
    RecusalRule.PARTNER: N_("所在单位为参与单位"),
    RecusalRule.SETTER: N_("所在单位为出题处室"),
    RecusalRule.SUPERIOR: N_("所在单位为牵头单位的上级"),
    RecusalRule.SUBORDINATE: N_("所在单位为牵头单位的下级"),
    RecusalRule.JOINT_PROJECT: N_("所在单位三年内与其有共同项目"),
    RecusalRule.BIDDER: N_("申报单位申请，省局同意"),
    RecusalRule.OFFICE: N_("省局决定"),
    RecusalRule.DECLARED: N_("本人申明"),
}
"""Recusal rules as the document names them: without anybody's unit."""
DIGITS = "零一二三四五六七八九"


def number_of(content: Mapping[str, Any]) -> str:
    """编号: topic, panel, version."""
    about = content["about"]
    return f"{about['code']}-P{about['panel']:03d}-V{content['number']}"


def label_of(item: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """An item by its unit; of a blind review also by the code name under which it was scored."""
    name = str(unit_name(item["label"]))
    if not content["convened"].get("blind"):
        return name
    return f"{translate(*code_of(item['position']))} · {name}"


def in_words(number: int) -> str:
    """1–99 in Chinese; digits beyond."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    head = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones else "")
