"""There is one door to bids: who else selects them is listed here, with the reason why it tells nothing sealed."""

import re

from marketplace.config import ROOT

SELECTS = re.compile(
    r"(select\([^()]*\b|join\(|_where\(context, |\.query\(|exists\([^()]*\b)(Bid|BidPartner|Receipt)\b"
)
ALLOWED = {
    "bids/queries.py",  # the door
    "bids/operations.py",  # the live receipt of the bid in hand, at its withdrawal
    "bids/running.py",  # counts awarded bids only
    "doctor/bids.py",  # names broken rows to whoever has the database itself
}


def test_nobody_selects_bids_past_the_door() -> None:
    found = {
        str(path.relative_to(ROOT / "marketplace"))
        for path in (ROOT / "marketplace").rglob("*.py")
        if path.parent.name not in {"bench", "sample"} and SELECTS.search(path.read_text(encoding="utf-8"))
    }
    assert "bids/queries.py" in found
    assert found <= ALLOWED, found - ALLOWED


def test_templates_and_pages_ask_no_database() -> None:
    pages = [*(ROOT / "marketplace").glob("*/views.py"), *(ROOT / "marketplace").glob("*/views/*.py")]
    assert pages
    assert not [page for page in pages if SELECTS.search(page.read_text(encoding="utf-8"))]
