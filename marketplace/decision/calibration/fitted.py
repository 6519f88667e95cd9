"""The fit of reviews by project and reviewer, and recomputing with it at fixed variances (拟合与复算)."""

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.calibration.equations import Design, design
from marketplace.decision.calibration.flags import identifiable
from marketplace.decision.calibration.reml import Fit, at_ratios, fit
from marketplace.decision.calibration.shapes import Reviews


@dataclass(frozen=True)
class Fitted:
    """The fit by project and reviewer (拟合), for recomputing at fixed variance ratios."""

    data: Reviews
    found: Fit | None
    centre: float
    projects_eliminated: bool

    def split(self, big: Floats, small: Floats) -> tuple[Floats, Floats]:
        """(projects, reviewers) from (eliminated, kept)."""
        return (big, small) if self.projects_eliminated else (small, big)

    def linear(self, y: Floats) -> tuple[float, Floats, Floats]:
        """μ, q [P], b [R] for other marks y [n] with the same operator; linear in y."""
        if self.found is None:
            return float(np.average(y, weights=self.data.w)) if len(y) else 0.0, *self._nothing()
        effects = self.found.system.effects(y)
        return effects.mu, *self.split(effects.big, effects.small)

    def _nothing(self) -> tuple[Floats, Floats]:
        return np.zeros(self.data.n_projects), np.zeros(self.data.n_reviewers)


def fit_reviews(data: Reviews) -> Fitted:
    """Fit by REML, eliminating the larger factor; without spread there is nothing to fit."""
    by_reviewer = data.reviewer if identifiable(data) else None
    centre = float(np.average(data.y, weights=data.w)) if len(data.y) else 0.0
    if len(data.y) < 2 or np.ptp(data.y) == 0:
        return Fitted(data, None, centre, True)
    eliminate = by_reviewer is None or data.n_projects >= data.n_reviewers
    return Fitted(data, fit(_design(data, by_reviewer, eliminate), data.y - centre), centre, eliminate)


def contributions(fitted: Fitted, parts: Floats) -> Floats:
    """Calibrated contributions [P, C] of weighted criterion marks `parts` [n, C] (校准后各项贡献).

    `parts` are by review as handed in, recused ones included. At fixed variances the estimate is linear in
    the marks, so the rows add to the calibrated score when the rows of `parts` add to the marks.
    """
    columns = []
    for c in range(parts.shape[1]):
        mu, q, _ = fitted.linear(parts[fitted.data.kept, c])
        columns.append(mu + q)
    return np.column_stack(columns)


def _design(data: Reviews, by_reviewer: Ints | None, eliminate_projects: bool) -> Design:
    if by_reviewer is None:
        return design(data.project, None, data.w, data.n_projects, 0)
    if eliminate_projects:
        return design(data.project, by_reviewer, data.w, data.n_projects, data.n_reviewers)
    return design(by_reviewer, data.project, data.w, data.n_reviewers, data.n_projects)


def refit_without(fitted: Fitted, left_out: Bools) -> tuple[float, Floats]:
    """μ and q [P] without some reviews [n], at the variance ratios of the whole (留一复算)."""
    data = fitted.data
    keep = ~left_out
    told = data.y[keep] - fitted.centre
    if fitted.found is None or len(told) < 2 or not told.any():
        # One review, or none that differs from the mean, tells nothing apart.
        return fitted.centre, np.zeros(data.n_projects)
    by = data.reviewer[keep] if data.reviewer is not None and fitted.found.system.design.n_small else None
    rest = Reviews(
        data.project[keep], by, data.y[keep], data.w[keep], data.n_projects, data.n_reviewers, data.kept[keep]
    )
    s = fitted.found.system
    again = at_ratios(
        _design(rest, by, fitted.projects_eliminated), rest.y - fitted.centre, s.t_big, s.t_small
    )
    return again.effects.mu + fitted.centre, fitted.split(again.effects.big, again.effects.small)[0]
