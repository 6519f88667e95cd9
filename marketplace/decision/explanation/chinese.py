"""The paragraph in Chinese (中文说明): one number a clause, no formula, uncertainty beside the rank."""

from decimal import Decimal

from marketplace.decision.explanation.shapes import Decided, Facts, Favoured, Funding, Round
from marketplace.decision.ranking import Tier

SURE = {Decimal("0.9"): "九成把握", Decimal("0.95"): "九成五的把握", Decimal("0.8"): "八成把握"}
TIERS = {Tier.IN: "按测算可确定入选", Tier.MEETING: "接近入选线，需会议审议", Tier.OUT: "按测算不入选"}


def paragraph(facts: Facts) -> str:
    """The whole paragraph; plain text, to be escaped by the page."""
    parts = [_place(facts), _origin(facts), _calibrated(facts), _neighbour(facts), _recusals(facts)]
    return "".join([*parts, _tier(facts), funding_sentence(facts.funding)])


def wan(amount: int) -> str:
    """An amount of 元 in 万元, without trailing zeros."""
    return f"{(Decimal(amount) / 10_000).normalize():f}万元"


def _place(facts: Facts) -> str:
    sure = SURE.get(facts.level, f"{(100 * facts.level).normalize():f}%的把握")
    where = (
        f"位于第{facts.rank_lo}至第{facts.rank_hi}位"
        if facts.rank_lo < facts.rank_hi
        else f"位于第{facts.rank_lo}位"
    )
    noun = _noun(facts)
    name = f"“{facts.title}”{'' if noun == '单位' else noun}" if facts.title else f"该{noun}"
    rank = f"在{facts.total}个{noun}中排第{facts.rank}位，按评审误差测算，有{sure}{where}"
    return f"{name}综合得分{facts.score}分，{rank}。" + (
        "各专家意见分歧较大，以上次序仅供参考。" if facts.provisional else ""
    )


def _noun(facts: Facts) -> str:
    return "单位" if facts.round is not None and facts.round.of_units else "项目"


def _origin(facts: Facts) -> str:
    if facts.round is not None:
        return _round(facts, facts.round)
    rule = "按公告规则去掉一个最高分和一个最低分后取平均" if facts.trimmed else "按公告规则取平均"
    parts = "、".join(f"“{part.criterion.zh}”贡献{part.points}分" for part in facts.contributions)
    return f"得分来自{facts.experts}位评审专家：{rule}" + (f"，其中{parts}。" if parts else "。")


def _round(facts: Facts, own: Round) -> str:
    parts = "、".join(f"“{part.criterion.zh}”贡献{part.points}分" for part in facts.contributions)
    text = f"基础分{own.base}分" + (f"，其中{parts}" if parts else "")
    if own.bonus < 0:
        return f"{text}；因不合格等记录扣{-own.bonus}分。"
    return f"{text}；另有成效加分{own.bonus}分。" if own.bonus else f"{text}；没有成效加分。"


def _calibrated(facts: Facts) -> str:
    if facts.calibrated is None:
        return ""
    same = facts.calibrated_rank in (None, facts.rank)
    place = "名次不变" if same else f"按校正结果排第{facts.calibrated_rank}位"
    return f"各专家宽严尺度不一，经统一校正后为{facts.calibrated}分，{place}。"


def _neighbour(facts: Facts) -> str:
    other = facts.neighbour
    if other is None:
        return ""
    error = "小于评审误差，两者宜视为同一档次" if other.within_error else "大于评审误差"
    text = f"该{_noun(facts)}与第{other.rank}名相差{other.distance}分，{error}"
    if other.swap is None:
        return text + "。"
    up = other.swap.weight_to > other.swap.weight_from
    change = f"由{other.swap.weight_from}%{'升' if up else '降'}至{other.swap.weight_to}%{'以上' if up else '以下'}"
    return f"{text}；如“{other.swap.criterion.zh}”权重{change}，两者名次将互换。"


def _recusals(facts: Facts) -> str:
    return "".join(f"有{one.experts}位专家因{one.reason.zh}，已按规定回避。" for one in facts.recusals)


def _tier(facts: Facts) -> str:
    return "" if facts.tier is None else f"该{_noun(facts)}{TIERS[facts.tier]}。"


def decision_sentence(one: Decided) -> str:
    """What the meeting decided about a candidate, with its reason."""
    noun = "单位" if one.of_units else "项目"
    choice = "入选" if one.selected else "不入选"
    return f"经{_meeting(one)}审议，决定该{noun}{choice}，理由：{one.reason.rstrip('。')}。"


def _meeting(one: Decided) -> str:
    day = "" if one.on is None else f"（{one.on.year}年{one.on.month}月{one.on.day}日）"
    return f"{one.meeting}{day}" or "会议"


def funding_sentence(funding: Funding | None) -> str:
    """What the plan says about one project, as the last sentence of a paragraph or alone."""
    if funding is None:
        return ""
    conditions = "、".join([f"总预算{wan(funding.budget)}", *(rule.zh for rule in funding.conditions)])
    time_limit = "" if funding.proven else "该方案为限定时间内求得。"
    end = f"。{_favoured(funding.favoured)}{time_limit}"
    if funding.proposed:
        return f"在{conditions}的条件下，该项目列入建议资助名单{_compared(funding)}{end}"
    return f"在{conditions}的条件下，该项目未列入建议资助名单{_why_not(funding)}{end}"


def _favoured(one: Favoured | None) -> str:
    if one is None:
        return ""
    counted = f"高出入选线的{one.points}分在方案中按{one.value}分计，综合得分和名次不变"
    same = f"若不设战略系数，结果{'相同' if one.same_without else '不同'}"
    return f"该项目属于{one.subject.zh}，战略系数为{one.factor}，{counted}；{same}。"


def _compared(funding: Funding) -> str:
    if funding.same_without_conditions is None or not funding.conditions:
        return ""
    return f"；若不设上述名额条件，结果{'相同' if funding.same_without_conditions else '不同'}"


def _why_not(funding: Funding) -> str:
    reasons = [f"受“{rule.zh}”限制" for rule in funding.binding]
    reasons += [f"预算尚缺{wan(funding.missing)}"] if funding.missing else []
    text = "，" + "，".join(reasons) if reasons else ""
    return text + (f"；总预算达到{wan(funding.enters_at)}时可列入" if funding.enters_at else "")
