"""How amounts are written, in both languages."""

import pytest

from marketplace.web.formats import money_text


@pytest.mark.parametrize(
    ("fen", "chinese", "english"),
    [
        (None, "", ""),
        (0, "0.00 万元", "¥0"),
        (22_000_000, "22.00 万元", "¥220,000"),
        (1_234_567_890, "1,234.56789 万元", "¥12,345,678.90"),
    ],
)
def test_english_knows_no_ten_thousands(fen: int | None, chinese: str, english: str) -> None:
    assert (money_text(fen, english=False), money_text(fen, english=True)) == (chinese, english)
