"""Giving a submitted sheet back to its expert (重开评分表)."""

from marketplace.core.canonical import sha256_hex
from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.events import SheetReopened
from marketplace.reviews.models import ScoreSheet
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.operations.proposals import settle_by_reopening
from marketplace.reviews.workflow import SHEET


def reopen_sheet(uow: UnitOfWork, sheet: ScoreSheet, reason: str) -> None:
    """重开评分表, with a reason: what stood on it is kept, and the result waits until it is submitted again."""
    seat, panel = sheet.seat, sheet.seat.panel
    lock(uow, panel)
    uow.session.refresh(sheet)
    require(policy.may_reopen(uow.actor, panel.convened_by, panel.state, seat.state, sheet.state))
    if not reason:
        raise Invalid({"reason": N_("请填写重开的原因")})
    kept = {
        "marks": sheet.marks,
        "comment": sheet.comment,
        "total": None if sheet.total is None else str(sheet.total),
        "submitted_at": sheet.submitted_at.isoformat() if sheet.submitted_at else None,
        "reopened_at": uow.now.isoformat(),
        "by": uow.actor.person_name,
        "reason": reason,
    }
    SHEET.advance(sheet, "reopen")
    sheet.earlier, sheet.total, sheet.submitted_at = [*sheet.earlier, kept], None, None
    settle_by_reopening(uow, sheet, reason)
    uow.emit(
        SheetReopened(
            panel_id=panel.id, sheet_id=sheet.id, seat_id=seat.id, item_id=sheet.item_id, opinion=reason,
            earlier_sha256=sha256_hex(kept),
        )
    )  # fmt: skip
