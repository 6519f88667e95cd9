"""The paragraph says what the results say, in both languages, and never what it may not."""

import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from marketplace.decision.base import InputError
from marketplace.decision.calibration import calibrate
from marketplace.decision.explanation import (
    Contribution,
    Facts,
    Funding,
    Named,
    Neighbour,
    Recusal,
    Swap,
    explain,
    gather,
)
from marketplace.decision.ranking import Tier, rank
from marketplace.decision.rubric import Criterion, Item, Rule, Sheet, aggregate

EFFECT, SPREAD = Named("实施成效", "Effect"), Named("可推广性", "Spread")
NEW, RETURN = Named("创新性", "Novelty"), Named("投入产出", "Return")
FACTS = Facts(
    title="",
    score=Decimal("86.4"),
    rank=5,
    total=42,
    rank_lo=3,
    rank_hi=9,
    level=Decimal("0.9"),
    experts=5,
    trimmed=True,
    contributions=tuple(
        Contribution(name, Decimal(points))
        for name, points in ((EFFECT, "35.1"), (SPREAD, "26.0"), (NEW, "15.8"), (RETURN, "9.5"))
    ),
    calibrated=Decimal("85.7"),
    calibrated_rank=5,
    neighbour=Neighbour(6, Decimal("0.3"), True, Swap(EFFECT, Decimal(40), Decimal(34))),
    recusals=(Recusal(Named("与申报单位同属一市", "same city as the applicant"), 1),),
    funding=Funding(
        proposed=True,
        budget=30_000_000,
        conditions=(
            Named("每市不超过2个", "at most 2 a city"),
            Named("县级项目不少于8个", "8 county projects"),
        ),
        same_without_conditions=True,
    ),
)
PARAGRAPH = (
    "该项目综合得分86.4分，在42个项目中排第5位，按评审误差测算，有九成把握位于第3至第9位。"
    "得分来自5位评审专家：按公告规则去掉一个最高分和一个最低分后取平均，其中“实施成效”贡献35.1分、"
    "“可推广性”贡献26.0分、“创新性”贡献15.8分、“投入产出”贡献9.5分。"
    "各专家宽严尺度不一，经统一校正后为85.7分，名次不变。"
    "该项目与第6名相差0.3分，小于评审误差，两者宜视为同一档次；"
    "如“实施成效”权重由40%降至34%以下，两者名次将互换。"
    "有1位专家因与申报单位同属一市，已按规定回避。"
    "在总预算3000万元、每市不超过2个、县级项目不少于8个的条件下，该项目列入建议资助名单；"
    "若不设上述名额条件，结果相同。"
)


def variants() -> list[Facts]:
    plain = replace(FACTS, calibrated=None, neighbour=None, recusals=(), funding=None, contributions=())
    out = Funding(
        False, 5_000_001, (), None, (Named("每市不超过2个", "at most 2"),), 120_000, 5_300_000, False
    )
    swapped = Neighbour(4, Decimal("2.5"), False, Swap(NEW, Decimal(15), Decimal("21.5")))
    return [
        FACTS,
        plain,
        replace(plain, trimmed=False, rank_lo=5, rank_hi=5, level=Decimal("0.99"), tier=Tier.MEETING),
        replace(
            plain, title="示例", provisional=True, tier=Tier.IN, neighbour=swapped, calibrated=Decimal(80)
        ),
        replace(FACTS, calibrated_rank=7, tier=Tier.OUT, funding=out, recusals=FACTS.recusals * 2),
        replace(
            FACTS, neighbour=Neighbour(6, Decimal(0), False), funding=replace(out, binding=(), missing=None)
        ),
    ]


def test_the_chinese_paragraph_reads_as_announced() -> None:
    assert explain(FACTS).zh == PARAGRAPH


def test_the_english_paragraph_says_the_same() -> None:
    text = explain(FACTS).en
    for number in ("86.4", "5 of 42", "3 and 9", "35.1", "85.7", "0.3", "40%", "34%", "30,000,000"):
        assert number in text
    assert "1 expert was recused" in text


@pytest.mark.parametrize("facts", variants())
def test_words_that_claim_too_much_never_appear(facts: Facts) -> None:
    found = explain(facts)
    for word in ("最优", "绝对", "客观", "None", "Decimal"):
        assert word not in found.zh
    for word in ("optimal", "objective", "None", "Decimal", "  "):
        assert word not in found.en
    assert not re.search(r"[A-Za-z]", found.zh)


@pytest.mark.parametrize("facts", variants())
def test_every_number_comes_from_the_facts(facts: Facts) -> None:
    found = explain(facts)
    known = re.findall(r"\d+(?:\.\d+)?", str(found.data).replace(",", " "))
    allowed = {float(number) for number in known} | {float(facts.level) * 100}
    allowed |= {number / 10_000 for number in allowed}
    for number in re.findall(r"\d+(?:\.\d+)?", found.zh):
        assert float(number) in allowed


def test_an_unfunded_project_is_told_what_keeps_it_out_and_when_it_would_enter() -> None:
    found = explain(variants()[4])
    assert "未列入建议资助名单，受“每市不超过2个”限制，预算尚缺12万元；总预算达到530万元时可列入" in found.zh
    assert "总预算500.0001万元" in found.zh
    assert "该方案为限定时间内求得" in found.zh
    assert "经统一校正后为85.7分，按校正结果排第7位" in found.zh
    assert "with a budget of CNY 5,300,000 it would enter" in found.en


def test_uncertainty_stands_beside_the_rank_and_low_agreement_is_said() -> None:
    text = explain(variants()[3]).zh
    assert text.startswith("“示例”项目综合得分")
    assert "排第5位，按评审误差测算，有九成把握" in text
    assert "以上次序仅供参考" in text
    assert "权重由15%升至21.5%以上" in text
    assert "按评审误差测算，有99%的把握位于第5位" in explain(variants()[2]).zh


def test_a_rank_outside_the_list_is_refused() -> None:
    with pytest.raises(InputError, match="within the list"):
        explain(replace(FACTS, rank=43))


def test_facts_are_gathered_from_the_results() -> None:
    rng = np.random.default_rng(4)
    criteria = (Criterion("effect", 60), Criterion("spread", 40))
    ids = [f"p{p}" for p in range(6)]
    marks = np.clip(np.round(75 + 3 * np.arange(6)[:, None, None] + rng.normal(0, 4, (6, 5, 2))), 0, 100)
    sheets = [
        Item(i, tuple(Sheet(f"e{e}", {"effect": int(m[e, 0]), "spread": int(m[e, 1])}) for e in range(5)))
        for i, m in zip(ids, marks, strict=True)
    ]
    result = aggregate(criteria, sheets, Rule(tie_break="effect"))
    totals = marks @ [0.6, 0.4]
    mixed = calibrate(np.repeat(range(6), 5), np.tile(range(5), 6), totals.ravel())
    ranking = rank([s or 0.0 for s in mixed.score], mixed.draws, 3)
    for item in ids:
        facts = gather(
            item, result, {"effect": EFFECT, "spread": SPREAD}, order=ids, mixed=mixed, ranking=ranking
        )
        assert sum(part.points for part in facts.contributions) == facts.score
        assert facts.rank_lo <= facts.rank_hi
        assert facts.calibrated is not None
        assert facts.neighbour is not None
        assert abs(facts.neighbour.rank - facts.rank) <= 1
        assert explain(facts).zh
    alone = gather("p0", aggregate(criteria, sheets[:1]), {"effect": EFFECT, "spread": SPREAD})
    assert (alone.neighbour, alone.calibrated, alone.rank_lo, alone.rank_hi) == (None, None, 1, 1)
    with pytest.raises(InputError, match="no place"):
        gather("p9", result, {})


def test_the_weight_change_of_the_paragraph_really_swaps_the_two() -> None:
    criteria = (Criterion("effect", 60), Criterion("spread", 40))
    sheets = [
        Item("a", (Sheet("e", {"effect": 90, "spread": 70}),)),
        Item("b", (Sheet("e", {"effect": 80, "spread": 84}),)),
    ]
    result = aggregate(criteria, sheets)
    facts = gather("a", result, {"effect": EFFECT, "spread": SPREAD})
    assert facts.neighbour is not None
    change = facts.neighbour.swap
    assert change is not None
    sign = 1 if change.weight_to > change.weight_from else -1
    weights = {"实施成效": Decimal(60), "可推广性": Decimal(40)}
    for step, swapped in ((Decimal(0), None), (Decimal("0.5"), True), (Decimal("-0.5"), False)):
        weights[change.criterion.zh] = change.weight_to + sign * step
        a, b = (weights["实施成效"] * e + weights["可推广性"] * s for e, s in ((90, 70), (80, 84)))
        if swapped is not None:
            assert ((a > b) != (facts.rank == 1)) == swapped
