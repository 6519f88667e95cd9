"""Calibrate severe and lenient reviewers (宽严校正): the mixed model with draws, three others beside it."""

from marketplace.decision.calibration.additive import Additive, additive
from marketplace.decision.calibration.bradley_terry import BradleyTerry, bradley_terry, wins_of
from marketplace.decision.calibration.compare import Comparison, compare, without_each_reviewer
from marketplace.decision.calibration.fitted import Fitted, contributions
from marketplace.decision.calibration.graph import Forest, components
from marketplace.decision.calibration.mixed import Mixed, calibrate
from marketplace.decision.calibration.shapes import Calibration, Flag, Variances
from marketplace.decision.calibration.zscore import ZScore, zscore, zscores

__all__ = [
    "Additive",
    "BradleyTerry",
    "Calibration",
    "Comparison",
    "Fitted",
    "Flag",
    "Forest",
    "Mixed",
    "Variances",
    "ZScore",
    "additive",
    "bradley_terry",
    "calibrate",
    "compare",
    "components",
    "contributions",
    "wins_of",
    "without_each_reviewer",
    "zscore",
    "zscores",
]
