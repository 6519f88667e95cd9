"""Score a whole round and rank it (评分排名); ties by the announced criterion, then by vote."""

from collections.abc import Sequence
from decimal import Decimal

from marketplace.decision.base import Code, competition_ranks, digest
from marketplace.decision.rubric.checks import check_criteria, unique
from marketplace.decision.rubric.scoring import score_item
from marketplace.decision.rubric.shapes import DEFAULT_RULE, Criterion, Item, ItemScore, Place, Result, Rule


def aggregate(criteria: Sequence[Criterion], items: Sequence[Item], rule: Rule = DEFAULT_RULE) -> Result:
    """Score and rank all items of a round by the announced rule; raises `InputError` naming the field."""
    check_criteria(criteria, rule)
    unique([item.id for item in items], "items")
    scores = tuple(score_item(criteria, item, rule) for item in items)
    places = places_of(scores)
    codes = {code for score in scores for code in score.warnings}
    codes |= {Code.TIE_NEEDS_VOTE} if any(place.needs_vote for place in places) else set()
    return Result(
        method="announced_rule",
        parameters=rule,
        criteria=tuple(criteria),
        scores=scores,
        places=places,
        unranked=tuple(score.id for score in scores if score.score is None),
        warnings=tuple(sorted(codes)),
        inputs_sha256=digest({"criteria": criteria, "rule": rule, "items": _in_order(items)}),
    )


def places_of(scores: Sequence[ItemScore]) -> tuple[Place, ...]:
    """Rank by the announced score, then the tie-break criterion; what is still equal is for a panel vote."""
    scored = [(item, score, _order_key(item, score)) for item in scores if (score := item.score) is not None]
    keys = [key for _, _, key in scored]
    ranks = competition_ranks(keys)
    equal_scores = [key[0] for key in keys]
    places = [
        Place(
            id=item.id,
            rank=rank,
            score=score,
            decided_by_tie_break=equal_scores.count(key[0]) > keys.count(key),
            needs_vote=keys.count(key) > 1,
        )
        for (item, score, key), rank in zip(scored, ranks, strict=True)
    ]
    return tuple(sorted(places, key=lambda place: (place.rank, place.id)))


def _order_key(item: ItemScore, score: Decimal) -> tuple[Decimal, Decimal]:
    return -score, Decimal(1) if item.tie_break is None else -item.tie_break


def _in_order(items: Sequence[Item]) -> list[Item]:
    by_id = sorted(items, key=lambda item: item.id)
    return [Item(item.id, tuple(sorted(item.sheets, key=lambda sheet: sheet.expert))) for item in by_id]
