"""Recompute a case from a file (算例复算): `run` takes the JSON form of the reference cases.

A case has `method` and `inputs`; files named in `inputs` lie beside it. The answer has the keys of the method, and
only those that `expected` names when the case brings it (the printed figures, `*_published`, apart).
"""

from marketplace.decision.runner.dispatch import METHODS, run

__all__ = ["METHODS", "run"]
