"""Kendall's coefficient of concordance W (肯德尔和谐系数), with the correction for ties.

Marks out of 5 or 10 always repeat; without the correction W is too small.
"""

from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, np
from marketplace.decision.base import Code, Outcome, digest, finite, sorted_codes
from marketplace.decision.scientific import special


@dataclass(frozen=True, kw_only=True, eq=False)
class Concordance(Outcome):
    """W without and with tie correction (None when undefined), S, χ² with its freedom and p."""

    w: float | None
    w_tie_corrected: float | None
    s: float
    chi2: float | None
    df: int
    p: float | None


def kendall_w(values: Sequence[Sequence[float]] | Floats) -> Concordance:
    """W of a complete block [object, judge]; values are ranked within each judge, ties get the mean rank."""
    x = finite(values, "values", 2)
    n, m = x.shape
    ranks = np.column_stack([_ranks(x[:, j]) for j in range(m)]) if m else x
    sums = ranks.sum(axis=1)
    s = float(((sums - sums.mean()) ** 2).sum()) if n else 0.0
    full = float(m**2 * (n**3 - n))
    corrected = full - m * sum(_ties(x[:, j]) for j in range(m))
    defined = n >= 2 and m >= 2
    w = 12 * s / full if defined else None
    tied = 12 * s / corrected if defined and corrected > 0 else None
    chi2 = None if tied is None else m * (n - 1) * tied
    return Concordance(
        method="kendall_w",
        parameters={},
        warnings=sorted_codes({Code.UNDEFINED: tied is None}),
        trace={"objects": n, "judges": m},
        inputs_sha256=digest({"values": x}),
        w=w,
        w_tie_corrected=tied,
        s=s,
        chi2=chi2,
        df=max(n - 1, 0),
        p=None if chi2 is None else _upper_tail(chi2, n - 1),
    )


def _ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])


def _ties(values: Floats) -> float:
    count = np.unique(values, return_counts=True)[1].astype(np.float64)
    return float((count**3 - count).sum())


def _upper_tail(chi2: float, df: int) -> float:
    return float(special().chdtrc(df, chi2))
