"""How far experts agree (一致性检验): Krippendorff's alpha, intraclass correlation, Kendall's W."""

from marketplace.decision.reliability.alpha import METRICS, Alpha, alpha
from marketplace.decision.reliability.concordance import Concordance, kendall_w
from marketplace.decision.reliability.icc import Icc, IccComponents, icc, icc_from_components
from marketplace.decision.reliability.report import Band, Reliability, alpha_band, icc_band, reliability

__all__ = [
    "METRICS",
    "Alpha",
    "Band",
    "Concordance",
    "Icc",
    "IccComponents",
    "Reliability",
    "alpha",
    "alpha_band",
    "icc",
    "icc_band",
    "icc_from_components",
    "kendall_w",
    "reliability",
]
