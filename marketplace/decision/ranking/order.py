"""Order and ranks of scores (排序与名次)."""

from collections.abc import Sequence

from marketplace.decision.arrays import Floats, np
from marketplace.decision.base import competition_ranks, order_keys


def ranks(scores: Sequence[float] | Floats) -> tuple[int, ...]:
    """Competition ranks, highest score first; ties (to 1e-9) share the smallest rank (并列)."""
    return competition_ranks(order_keys(scores))


def best_first(scores: Sequence[float] | Floats) -> tuple[int, ...]:
    """Indices from best to worst; equal scores in the order given."""
    keys = order_keys(scores)
    return tuple(sorted(range(len(keys)), key=lambda p: (keys[p], p)))


def kendall_tau(a: Floats, b: Floats) -> float | None:
    """Kendall's τ-b of two score vectors [P] (次序一致性); None when one of them is constant."""
    first, second = (np.sign(np.subtract.outer(x, x).round(9)) for x in (a, b))
    scale = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return None if scale == 0 else float((first * second).sum()) / scale
