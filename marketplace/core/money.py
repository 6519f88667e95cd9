"""Money is integer 分 inside and 万元 with two decimals outside."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

FEN_PER_WAN = 1_000_000
MOST_FEN = 10_000_000 * FEN_PER_WAN
"""Upper bound of any amount: ten million 万元."""


def wan_to_fen(amount: Decimal) -> int:
    """万元 to 分. Raises ValueError for NaN, negative, too large, or more than two decimals."""
    if not amount.is_finite() or amount < 0:
        raise ValueError("amount must be a finite number, zero or more")
    try:
        if amount != amount.quantize(Decimal("0.01")):
            raise ValueError("at most two decimals")
    except InvalidOperation as error:
        raise ValueError("amount is too large") from error
    fen = int(amount * FEN_PER_WAN)
    if fen > MOST_FEN:
        raise ValueError("amount is too large")
    return fen


def fen_to_wan(fen: int) -> Decimal:
    """分 to 万元, two decimals, half up."""
    return (Decimal(fen) / FEN_PER_WAN).quantize(Decimal("0.01"), ROUND_HALF_UP)
