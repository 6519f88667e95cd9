"""无有效得分: an outcome that every expert found impossible to judge has no score, so there is nothing to conclude."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from marketplace.reviews.models import Duty, Panel, ScoreSheet
from marketplace.reviews.queries.workload import OF_DUTY
from marketplace.reviews.workflow import DutyState, PanelState, SheetState, SubjectKind


def unscored(session: Session, panel: Panel) -> int:
    """Outcomes of a scoring panel whose sheets are all in, none of them with a total. A bid without a score simply
    cannot win; an outcome must be accepted or fail, and a grade out of nothing would be neither."""
    if panel.subject_kind != SubjectKind.OUTCOME or panel.state != PanelState.SCORING:
        return 0
    submitted = ScoreSheet.state == SheetState.SUBMITTED
    empty = (
        select(Duty.item_id)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(Duty.panel_id == panel.id, Duty.state == DutyState.LIVE)
        .group_by(Duty.item_id)
        .having(func.sum(case((submitted, 1), else_=0)) == func.count(), func.count(ScoreSheet.total) == 0)
    )
    return session.scalar(select(func.count()).select_from(empty.subquery())) or 0
