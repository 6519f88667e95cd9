"""回避: bidders' requests and the office's decisions, and what speaks against whom on one panel."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.audit.queries import history_of
from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.reviews import operations, policy
from marketplace.reviews.forms import DecisionForm, OfficeRecusalForm
from marketplace.reviews.models import Panel, RecusalEntry
from marketplace.reviews.pool import Candidate, pool_for
from marketplace.reviews.queries.panels import items_of, panel_for
from marketplace.reviews.recusal import (
    OUTCOME_LABELS,
    OUTCOME_TONES,
    QUESTIONS,
    STRICTNESS,
    Finding,
    RecusalRule,
)
from marketplace.reviews.register import entries, entries_of_panel, entry_for, public_names
from marketplace.reviews.views.base import blueprint
from marketplace.reviews.workflow import RECUSAL, PanelState, RecusalState
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.i18n import translate
from marketplace.web.offers import history_rows
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, db_session, request_now

ENTRY_TONES = {
    RecusalState.REQUESTED: "warning",
    RecusalState.GRANTED: "success",
    RecusalState.REFUSED: "neutral",
}
WORDS = {
    "outcomes": OUTCOME_LABELS,
    "outcome_tones": OUTCOME_TONES,
    "entry_tones": ENTRY_TONES,
    "entry_workflow": RECUSAL,
}


@blueprint.get("/panels/recusals")
@signed_in(*policy.READERS)
def recusals() -> str:
    """All requests, those that wait first."""
    page = paginate(db_session(), entries(), page_number())
    return render_template("reviews/recusals.html", page=page, **WORDS)


def _entry(entry_id: int) -> RecusalEntry:
    return entry_for(db_session(), current_actor(), entry_id)


@blueprint.get("/panels/recusals/<int:entry_id>")
@signed_in(*policy.READERS)
def recusal(entry_id: int) -> str:
    """One request and its decision."""
    entry = _entry(entry_id)
    data = {"expert_id": str(entry.expert_id or ""), "version": str(entry.version)}
    return _entry_page(entry, DecisionForm(formdata=None, data=data))


def _entry_page(entry: RecusalEntry, form: DecisionForm) -> str:
    session = db_session()
    form.offer(public_names(session))
    return render_template(
        "reviews/recusal.html", entry=entry, form=form, **WORDS,
        deciding=policy.may_decide_recusal(current_actor(), entry.state, False, False),
        history=history_rows(history_of(session, "recusal", entry.id)),
    )  # fmt: skip


@blueprint.post("/panels/recusals/<int:entry_id>")
@signed_in(Role.OFFICER)
def decide_recusal(entry_id: int) -> Response | tuple[str, int]:
    """决定回避申请."""
    entry, form = _entry(entry_id), DecisionForm()
    form.offer(public_names(db_session()))
    if form.validate_on_submit() and attempt(
        form, operations.decide_recusal, entry, form.decision(), form.opened_version()
    ):
        flash(_("决定已记录，并已通知申请单位。"), "success")
        return redirect(url_for("reviews.recusals"))
    return _entry_page(entry, form), 422


@blueprint.get("/panels/<int:panel_id>/recusals")
@signed_in(*policy.READERS)
def panel_recusals(panel_id: int) -> str:
    """回避情况 of a panel: who must not judge what, why, since when; what members have explained."""
    panel = panel_for(db_session(), current_actor(), panel_id)
    return _panel_page(panel, OfficeRecusalForm(formdata=None))


def _panel_page(panel: Panel, form: OfficeRecusalForm) -> str:
    session = db_session()
    items = {item.id: item for item in items_of(session, panel.id)}
    pool = pool_for(session, panel, beijing_date(request_now()))
    form.offer(
        [(one.expert.id, one.expert.person.name) for one in pool.candidates],
        [(item.subject_id, item.label) for item in items.values()],
    )
    return render_template(
        "reviews/panel_recusals.html", panel=panel, topic=panel.topic, form=form, **WORDS,
        rows=[row for one in pool.candidates for row in _rows(one, {key: item.label for key, item in items.items()})],
        answers=[_answered(one) for one in pool.candidates if one.seat is not None and one.seat.answers],
        entries=entries_of_panel(session, panel), current=panel.state != PanelState.CONCLUDED,
        deciding=policy.may_recuse_by_office(current_actor(), panel.state),
    )  # fmt: skip


def _rows(candidate: Candidate, labels: Mapping[int, str]) -> list[dict[str, Any]]:
    """Each reason once, with the items it concerns."""
    concerned: defaultdict[int, list[str]] = defaultdict(list)
    once: list[Finding] = []
    for item, recusal in candidate.recusals.items():
        for finding in recusal.findings:
            if finding not in once:
                once.append(finding)
            concerned[once.index(finding)].append(labels[item])
    rows = [
        {"expert": candidate.expert, "sits": candidate.sits, "finding": finding, "items": concerned[place]}
        for place, finding in enumerate(once)
    ]
    return sorted(rows, key=lambda row: STRICTNESS[row["finding"].outcome])


def _answered(candidate: Candidate) -> dict[str, Any]:
    given = candidate.seat.answers if candidate.seat is not None else []
    return {
        "expert": candidate.expert,
        "answers": [
            (translate(QUESTIONS[RecusalRule(one["rule"])], one["params"]), one["answer"]) for one in given
        ],
    }


@blueprint.post("/panels/<int:panel_id>/recusals")
@signed_in(Role.OFFICER)
def recuse_expert(panel_id: int) -> Response | tuple[str, int]:
    """省局决定回避."""
    panel, form = panel_for(db_session(), current_actor(), panel_id), OfficeRecusalForm()
    pool = pool_for(db_session(), panel, beijing_date(request_now()))
    form.offer(
        [(one.expert.id, one.expert.person.name) for one in pool.candidates],
        [(item.subject_id, item.label) for item in items_of(db_session(), panel.id)],
    )
    if form.validate_on_submit() and attempt(
        form, operations.recuse_expert, panel, form.subject(), form.decision()
    ):
        flash(_("决定已记录。"), "success")
        return redirect(url_for("reviews.panel_recusals", panel_id=panel_id))
    return _panel_page(panel, form), 422
