"""Pages of the ledger."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from marketplace.priority import policy, queries
from marketplace.priority.views.base import blueprint
from marketplace.web.access import signed_in
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, db_session, request_now

Page = str | tuple[str, int] | Response


@blueprint.get("/ledger")
@signed_in(*policy.VIEWERS)
def ledger() -> Page:
    """成效积分: all units for the province, one's own for a unit."""
    actor, now = current_actor(), request_now()
    if not policy.reads_all(actor):
        return redirect(url_for("priority.unit_ledger", organisation_id=actor.organisation_id))
    page = paginate(db_session(), queries.sums(now), page_number(), rows=True)
    return render_template("priority/ledgers.html", page=page)


@blueprint.get("/ledger/<int:organisation_id>")
@signed_in(*policy.VIEWERS)
def unit_ledger(organisation_id: int) -> str:
    """一个单位的成效积分, entry by entry, each with the decisions in which it was used."""
    session, actor, now = db_session(), current_actor(), request_now()
    unit = queries.unit_for(session, actor, organisation_id)
    entries = queries.entries_of(session, unit.id)
    valid = sum((e.points for e in entries if e.earned_at <= now < e.valid_until), start=0)
    return render_template(
        "priority/ledger.html", unit=unit, entries=entries, valid=valid, now=now,
        uses=queries.uses_of(session, [entry.id for entry in entries]), reads_all=policy.reads_all(actor),
    )  # fmt: skip
