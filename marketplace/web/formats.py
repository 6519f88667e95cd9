"""How dates, moments and money look, by language: one rule for pages and mails."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from marketplace.core.clock import to_beijing
from marketplace.core.money import FEN_PER_WAN, fen_to_wan


def date_text(day: date | None, english: bool) -> str:
    """2026年3月31日 or 31 Mar 2026; a moment gives its day in Beijing."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = to_beijing(day).date()
    return f"{day:%-d %b %Y}" if english else f"{day.year}年{day.month}月{day.day}日"


def datetime_text(moment: datetime | None, english: bool, seconds: bool = False) -> str:
    """2026年3月31日 17:30 or 31 Mar 2026 17:30, Beijing time."""
    if moment is None:
        return ""
    local = to_beijing(moment)
    clock = f"{local.hour:02d}:{local.minute:02d}" + (f":{local.second:02d}" if seconds else "")
    return f"{date_text(local.date(), english)} {clock}"


WEEKDAYS_ZH = "一二三四五六日"


def until_text(moment: datetime | None, english: bool, weekday: bool = False) -> str:
    """A deadline as people say it: the first moment that is too late, where that is midnight, is 24:00 of the day
    before. 2026年3月31日 24:00, with ``weekday`` 2026年3月31日 星期二 24:00."""
    if moment is None:
        return ""
    local = to_beijing(moment)
    midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
    day = local.date() - timedelta(days=1) if midnight else local.date()
    clock = "24:00" if midnight else f"{local.hour:02d}:{local.minute:02d}"
    if not weekday:
        return f"{date_text(day, english)} {clock}"
    if english:
        return f"{day:%A}, {date_text(day, english)}, {clock}"
    return f"{date_text(day, english)} 星期{WEEKDAYS_ZH[day.weekday()]} {clock}"


def exact_text(moment: datetime | None) -> str:
    """2026-03-31 17:29:59.123 (receipts: to the millisecond, Beijing time)."""
    if moment is None:
        return ""
    local = to_beijing(moment)
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d}"


def wan_text(fen: int | None) -> str:
    """Money in 万元 with two decimals, without the unit."""
    return "" if fen is None else f"{fen_to_wan(fen):,.2f}"


def exact_wan_text(fen: int | None) -> str:
    """Money in 万元, exact to the 分, with at least two decimals and without the unit."""
    if fen is None:
        return ""
    whole, rest = divmod(fen, FEN_PER_WAN)
    tail = f"{rest:06d}"
    return f"{whole:,}.{tail[:2]}{tail[2:].rstrip('0')}"


def money_text(fen: int | None, english: bool) -> str:
    """Money with its unit, exact to the 分: 22.00 万元; in English, which knows no 万, ¥220,000."""
    if fen is None:
        return ""
    if not english:
        return f"{exact_wan_text(fen)} 万元"
    yuan, rest = divmod(fen, 100)
    return f"¥{yuan:,}.{rest:02d}" if rest else f"¥{yuan:,}"


def score_text(score: Decimal | None) -> str:
    """A score with two decimals."""
    return "" if score is None else f"{score:.2f}"
