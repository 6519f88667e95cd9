"""``flask doctor``: named invariants over the whole database and the file store (体检).

Each check answers the things that break it, as short texts; an empty list is health. They only read.
"""

from marketplace.doctor import bids, people, priority, projects, reviews, running, topics
from marketplace.doctor.base import CHECKS, Check, Context

PARTS = (bids, projects, priority, topics, reviews, people, running)
"""Each registers its checks when it is imported."""
__all__ = ["CHECKS", "Check", "Context", "examine"]


def examine(context: Context) -> dict[str, list[str]]:
    """Every check's findings, by name."""
    return {name: list(run(context)) for name, run in CHECKS.items()}
