"""The one door to scipy (科学计算库), opened on first use: importing the web program must not load it."""

from typing import Any


def special() -> Any:
    """`scipy.special`: quantiles and tails of F and χ²."""
    import scipy.special

    return scipy.special


def optimize() -> Any:
    """`scipy.optimize`: HiGHS (`milp`, `linprog`) and L-BFGS-B (`minimize`)."""
    import scipy.optimize

    return scipy.optimize


def sparse() -> Any:
    """`scipy.sparse`: constraint matrices."""
    import scipy.sparse

    return scipy.sparse


def linalg() -> Any:
    """`scipy.linalg`: triangular solves."""
    import scipy.linalg

    return scipy.linalg
