"""The result of a panel as it is kept: the whole under its fingerprint, and the few things that its page shows."""

from collections.abc import Mapping
from typing import Any

from marketplace.reviews.models import Panel
from marketplace.reviews.scoring import fingerprint, open_ties


def keep_result(panel: Panel, record: Mapping[str, Any]) -> str:
    """Puts the result (结果) and its short form on the panel; answers its fingerprint."""
    panel.result = {**record, "sha256": fingerprint(record)}
    panel.result_brief = brief_of(panel.result)
    return str(panel.result["sha256"])


def brief_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """结果摘要: a result names each of its items, so that of some thousands takes longer to read than all the rest of
    the page that shows fifty."""
    return {
        "sha256": result["sha256"],
        "official": result.get("official", "announced"),
        "reasons": [vote["reason"] for vote in result["votes"]],
        "ties": [[rank, list(items)] for rank, items in open_ties(result)],
    }
