"""The paragraph in English: the same facts in the same order."""

from decimal import Decimal

from marketplace.decision.explanation.shapes import Decided, Facts, Favoured, Funding, Neighbour, Round
from marketplace.decision.ranking import Tier

TIERS = {
    Tier.IN: "By this estimate it is certain to be selected.",
    Tier.MEETING: "It is close to the cut-off and needs discussion at the meeting.",
    Tier.OUT: "By this estimate it is not selected.",
}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def paragraph(facts: Facts) -> str:
    """The whole paragraph; plain text, to be escaped by the page."""
    parts = [_place(facts), _origin(facts), _calibrated(facts), _neighbour(facts.neighbour), _recusals(facts)]
    parts += ["" if facts.tier is None else TIERS[facts.tier], funding_sentence(facts.funding)]
    return " ".join(part for part in parts if part)


def money(amount: int) -> str:
    """An amount in yuan."""
    return f"CNY {amount:,}"


def _place(facts: Facts) -> str:
    sure = f"{(100 * facts.level).normalize():f}% confidence"
    one = facts.rank_lo == facts.rank_hi
    where = f"at rank {facts.rank_lo}" if one else f"between ranks {facts.rank_lo} and {facts.rank_hi}"
    noun = _noun(facts)
    name = f"The {noun} “{facts.title}”" if facts.title else f"The {noun}"
    text = f"{name} scored {facts.score} points and ranks {facts.rank} of {facts.total}"
    text += f"; allowing for reviewing error it lies, with {sure}, {where}."
    return text + (" The experts differ widely, so this order is provisional." if facts.provisional else "")


def _noun(facts: Facts) -> str:
    return "unit" if facts.round is not None and facts.round.of_units else "project"


def _origin(facts: Facts) -> str:
    if facts.round is not None:
        return _round(facts, facts.round)
    rule = "the mean after dropping the highest and the lowest" if facts.trimmed else "the mean"
    parts = ", ".join(f"“{part.criterion.en}” {part.points}" for part in facts.contributions)
    text = f"The score comes from {_count(facts.experts, 'expert')}: {rule}, by the announced rule"
    return f"{text}; contributions in points: {parts}." if parts else f"{text}."


def _round(facts: Facts, own: Round) -> str:
    parts = ", ".join(f"“{part.criterion.en}” {part.points}" for part in facts.contributions)
    text = f"The base score is {own.base} points" + (f"; contributions in points: {parts}" if parts else "")
    if own.bonus < 0:
        return f"{text}. Failed outcomes take {-own.bonus} points off."
    return (
        f"{text}. A bonus of {own.bonus} points for past outcomes comes on top." if own.bonus else f"{text}."
    )


def _calibrated(facts: Facts) -> str:
    if facts.calibrated is None:
        return ""
    same = facts.calibrated_rank in (None, facts.rank)
    place = "the rank stays the same" if same else f"it would rank {facts.calibrated_rank}"
    return f"Corrected for severe and lenient experts the score is {facts.calibrated} points; {place}."


def _neighbour(other: Neighbour | None) -> str:
    if other is None:
        return ""
    error = (
        "less than the reviewing error, so both belong to one class"
        if other.within_error
        else ("more than the reviewing error")
    )
    text = f"It is {other.distance} points from rank {other.rank}, {error}"
    if other.swap is None:
        return text + "."
    up = other.swap.weight_to > other.swap.weight_from
    change = f"from {other.swap.weight_from}% to {'above' if up else 'below'} {other.swap.weight_to}%"
    return f"{text}; if the weight of “{other.swap.criterion.en}” went {change}, the two would swap."


def _recusals(facts: Facts) -> str:
    return " ".join(
        f"{_count(one.experts, 'expert')} {'was' if one.experts == 1 else 'were'} recused under the rules: "
        f"{one.reason.en}."
        for one in facts.recusals
    )


def decision_sentence(one: Decided) -> str:
    """What the meeting decided about a candidate, with its reason as it was typed."""
    noun = "unit" if one.of_units else "project"
    verb = "selected" if one.selected else "did not select"
    return (
        f"{_meeting(one)} considered the {noun} and {verb} it; the reason given: “{one.reason.rstrip('。')}”."
    )


def _meeting(one: Decided) -> str:
    name = f" “{one.meeting}”" if one.meeting else ""
    day = "" if one.on is None else f" of {one.on.day} {MONTHS[one.on.month - 1]} {one.on.year}"
    return f"The meeting{name}{day}"


def funding_sentence(funding: Funding | None) -> str:
    """What the plan says about one project, as the last sentence of a paragraph or alone."""
    if funding is None:
        return ""
    conditions = ", ".join(
        [f"a budget of {money(funding.budget)}", *(rule.en for rule in funding.conditions)]
    )
    time_limit = "" if funding.proven else " The plan is the best found within the time limit."
    end = f".{_favoured(funding.favoured)}{time_limit}"
    if funding.proposed:
        return f"Under {conditions}, it is proposed for funding{_compared(funding)}{end}"
    return f"Under {conditions}, it is not proposed for funding{_why_not(funding)}{end}"


def _favoured(one: Favoured | None) -> str:
    if one is None:
        return ""
    counted = f"its {one.points} points above the cut-off count as {one.value} in the plan"
    same = "the same" if one.same_without else "different"
    return (
        f" It belongs to {one.subject.en}, strategic factor {one.factor}: {counted}; score and rank stay."
        f" Without strategic factors the result is {same}."
    )


def _compared(funding: Funding) -> str:
    if funding.same_without_conditions is None or not funding.conditions:
        return ""
    return f"; without these conditions the result is {'the same' if funding.same_without_conditions else 'different'}"


def _why_not(funding: Funding) -> str:
    reasons = [f"kept out by “{rule.en}”" for rule in funding.binding]
    reasons += [f"{money(funding.missing)} of budget are missing"] if funding.missing else []
    text = ": " + ", ".join(reasons) if reasons else ""
    return text + (
        f"; with a budget of {money(funding.enters_at)} it would enter" if funding.enters_at else ""
    )


def _count(number: int | Decimal, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
