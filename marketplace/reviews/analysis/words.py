"""What the figures mean (一句话说明): one plain sentence for each, for an official who knows no statistics. Pure:
message ids with their parameters; the pages say them in their language."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.core.errors import Problem
from marketplace.core.text import N_
from marketplace.decision.base import Code

STEMS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
TIERS = {"in": N_("确定入选"), "meeting": N_("需会议审议"), "out": N_("不入选")}
TIER_TONES = {"in": "success", "meeting": "warning", "out": "neutral"}
VERDICTS = {
    "severe": N_("偏严"),
    "lenient": N_("偏宽"),
    "usual": N_("无明显偏差"),
    "few": N_("评分不足5份，不作判断"),
    "unknown": N_("看不出宽严"),
}
CALIBRATIONS = {
    "none": N_(
        "每位专家都评了每一项，偏严或偏宽对所有项目的影响相同，无需校正；“校正分”一栏就是全部专家的平均分。"
    ),
    "used": N_(
        "各项目由不同的专家评分，遇到偏严的专家会吃亏；“校正分”已扣除专家宽严的影响，供与公布得分对照。"
    ),
    "alike": N_("看不出专家之间有宽严差别，“校正分”的次序与平均分基本一致。"),
    "apart": N_("项目分成了没有共同专家的几组，组与组之间只能假定平均水平相同，跨组的名次请会议慎重把握。"),
}
AGREEMENTS = {
    "reliable": N_("专家意见高度一致，名次可以采信。"),
    "tentative": N_("专家意见比较一致，名次可作参考，相邻的名次宜结合讨论确定。"),
    "unreliable": N_("专家意见分歧较大，名次只能算暂定，请会议逐项讨论。"),
    None: N_("项目太少或分数没有差别，无法衡量专家意见是否一致，请以讨论为准。"),
}
BANDS = {
    "reliable": N_("可靠"),
    "tentative": N_("基本可靠"),
    "unreliable": N_("不可靠"),
    None: N_("无法计算"),
}
ICC_BANDS = {
    "excellent": N_("很好"),
    "good": N_("较好"),
    "moderate": N_("一般"),
    "poor": N_("较差"),
    None: N_("无法计算"),
}
WARNINGS = {
    Code.NO_REVIEW: N_("有的项目没有可计入的评分表，不参加排名。"),
    Code.ONE_REVIEW: N_("有的项目只有一份评分表，得分完全取决于一位专家。"),
    Code.TRIM_SKIPPED_FEW_REVIEWS: N_("有的项目评分表不足规定份数，没有去掉最高分和最低分。"),
    Code.INCOMPLETE_SHEET: N_("含“无法判断”的评分表没有计入。"),
    Code.RECUSED_REMOVED: N_("已回避或不再承担该项的专家，其评分表没有计入。"),
    Code.DROP_EFFECT_LARGE: N_("有的项目去掉最高最低分后得分变动超过3分，请结合讨论核对。"),
    Code.TIE_NEEDS_VOTE: N_("有并列名次，按规则由评审组表决。"),
    Code.SINGLE_REVIEWER: N_("只有一位专家评分，无法区分专家宽严和项目优劣。"),
    Code.REVIEWER_ONE_REVIEW: N_("有的专家只评了一项，对其宽严不作判断。"),
    Code.NO_SPREAD: N_("有的专家给所有项目打了同样的总分。"),
    Code.ALL_EQUAL: N_("所有总分都相同，排不出先后。"),
    Code.INDISTINGUISHABLE: N_("项目之间的差别小于专家之间的分歧，名次没有把握。"),
    Code.CONFOUNDED: N_("有的项目只由同一位专家评分，无法区分是专家偏严还是项目较差。"),
    Code.OUTLIER: N_("有的分数明显偏离其他专家，图中有标记；系统不会自动删除，请会议核对理由。"),
    Code.OUTSIDE_SCALE: N_("有的校正分超出0至100分，按原值排名，显示为0或100。"),
    Code.NO_RESIDUAL_FREEDOM: N_("评分表太少，不足以估计误差，区间仅供参考。"),
}
"""Codes that say something beyond what the page shows in its own place."""
MEANINGS = (
    (
        N_("公布得分"),
        N_("按榜单公布的规则算出的得分：总分去掉一个最高、一个最低后取平均（份数不足时不去）。"),
    ),
    (N_("校正分"), N_("扣除专家宽严影响后的得分；每位专家都评了每一项时，就是全部专家的平均分。")),
    (N_("最大相差"), N_("同一项目专家给出的最高总分与最低总分之差，越大说明看法越不一致。")),
    (N_("去极值影响"), N_("公布得分与全部平均之差；超过3分说明个别专家的分数与别人差得较多。")),
    (N_("名次区间"), N_("换一组同样水平的专家来评，名次九成落在这个范围内；区间重叠的项目难分高下。")),
    (N_("入选把握"), N_("考虑评分误差后，该项目排进可立项名额的可能性。")),
    (
        N_("分档"),
        N_("把握不低于95%为“确定入选”，不高于5%为“不入选”，中间的和两种结果不一致的为“需会议审议”。"),
    ),
)
"""The columns of the table."""
NEAR_WORDS = {
    "disputed": N_("两种结果不一致，须表决"),
    "close": N_("差距小于评分误差"),
}


def order_of_letters(panel_id: int, seats: Sequence[int]) -> dict[int, int]:
    """Which letter each seat gets: an order that does not follow the list of members."""
    shuffled = sorted(seats, key=lambda seat: hashlib.sha256(f"{panel_id}:{seat}".encode()).hexdigest())
    return {seat: number for number, seat in enumerate(shuffled)}


def letter(number: int, english: bool) -> str:
    """甲、乙、丙… or A, B, C…; numbers when the letters run out."""
    if number >= len(STEMS):
        return str(number + 1)
    return chr(ord("A") + number) if english else STEMS[number]


def summary(record: Mapping[str, Any], open_items: int) -> list[tuple[str, Problem]]:
    """The few sentences on top of the page, each with its tone."""
    agreement = record["agreement"]["alpha_band"]
    said: list[tuple[str, Problem]] = [
        ("info", CALIBRATIONS[record["calibration"]]),
        ("success" if agreement == "reliable" else "warning", AGREEMENTS[agreement]),
    ]
    places = record["parameters"]["places"]
    if places is not None:
        said += _about_places(record, places, open_items)
    wide, line = len(record["disagreements"]), record["parameters"]["disagreement"]
    if wide:
        said.append(
            (
                "warning",
                (N_("%(count)s项的最高与最低总分相差超过%(line)s分。"), {"count": wide, "line": line}),
            )
        )
    return said


def _about_places(record: Mapping[str, Any], places: int, open_items: int) -> list[tuple[str, Problem]]:
    disputed = sum(1 for item in record["items"] if item.get("disputed"))
    close = sum(1 for item in record["items"] if item.get("tier") == "meeting") - disputed
    if disputed:
        text = N_("公布得分与校正分选出的前%(places)s名不一致，涉及%(count)s项，其中%(open)s项还没有表决。")
        said: list[tuple[str, Problem]] = [
            ("warning", (text, {"places": places, "count": disputed, "open": open_items}))
        ]
    else:
        said = [("success", (N_("公布得分与校正分选出的前%(places)s名相同。"), {"places": places}))]
    if close:
        text = N_("另有%(count)s项与分界线的差距小于评分误差，建议会议讨论后确定。")
        said.append(("info", (text, {"count": close})))
    return said


def hint_sentence(
    hint: Mapping[str, Any], names: Mapping[int, str], labels: Mapping[int, str], comma: str
) -> Problem:
    """One hint with its innocent explanation; ``comma`` stands between names."""
    who = comma.join(names.get(seat, "") for seat in hint.get("seats", (hint.get("seat"),)))
    items = comma.join(labels.get(item, "") for item in hint.get("items", ()))
    values = {**hint, "who": who, "which": items}
    return HINTS[hint["code"]], {key: value for key, value in values.items() if not isinstance(value, list)}


HINTS = {
    "copied_between": N_(
        "%(who)s在“%(which)s”中写了完全相同的长评语（%(count)s段）；可能是共同讨论所致，请核对。"
    ),
    "copied_by_one": N_(
        "%(who)s给“%(which)s”写了完全相同的长评语（%(count)s段）；可能是通用评语，请核对是否逐项评审。"
    ),
    "last_minutes": N_("%(who)s在截止前10分钟内提交了%(count)s份评分表；可能只是工作安排，请核对是否仓促。"),
    "within_seconds": N_(
        "%(who)s的%(count)s份评分表相继在%(seconds)s秒内保存；离线填写后导入也会如此，请核对。"
    ),
    "all_the_same": N_("%(who)s给%(count)s份评分表的每项指标都打了%(mark)s分，没有区分，请核对。"),
}


def chance(p: float) -> str:
    """A chance in whole per cent; never 0 % or 100 %."""
    if p < 0.01:
        return "<1%"
    return ">99%" if p > 0.99 else f"{round(100 * p)}%"
