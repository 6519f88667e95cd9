"""Who may cancel a computation; to see that it exists is a matter of the query."""

from marketplace.computations.models import Computation
from marketplace.computations.workflow import COMPUTATION
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, no


def may_cancel(computation: Computation) -> Verdict:
    """取消计算: as long as it waits or runs."""
    open_ = COMPUTATION.allows(computation.state, "cancel")
    return YES if open_ else no(N_("计算已经结束，不需要取消"))
