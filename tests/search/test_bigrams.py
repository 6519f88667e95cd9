"""Words without a dictionary."""

import pytest

from marketplace.search.bigrams import MOST_TOKENS, terms, tokens


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("公物仓", ["公物", "物仓", "仓"]),
        ("仓", ["仓"]),
        ("GB/T 41568—2022标准", ["gb", "t", "41568", "2022", "标准", "准"]),
        ("ＤＢ３３／Ｔ", ["db33", "t"]),
        ("公，物", ["公", "物"]),
        ("", []),
        ("a_b's <c>", ["a", "b", "s", "c"]),
    ],
)
def test_tokens(text: str, wanted: list[str]) -> None:
    assert tokens(text) == wanted


def test_a_term_is_a_phrase_of_pairs_or_an_open_beginning() -> None:
    found = [(term.tokens, term.prefix) for term in terms("公物仓 仓 stand 车辆 车辆")]
    assert found == [(("公物", "物仓"), False), (("仓",), True), (("stand",), True), (("车辆",), False)]


def test_nothing_but_signs_looks_for_nothing() -> None:
    assert terms("\"'*:()—& | !") == ()


def test_long_texts_are_cut() -> None:
    assert len(tokens("标准" * 20_000)) == MOST_TOKENS
