"""审计: who did what, when — for the auditor and the audit administrator, never what is sealed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from marketplace.audit.chain import Fault, holds
from marketplace.audit.forms import AnchorForm, FilterForm
from marketplace.audit.labels import (
    DETAILS,
    FAULTS,
    OUTCOME_TONES,
    OUTCOMES,
    VALUES,
    shown_details,
    subject_label,
)
from marketplace.audit.models import AuditRow
from marketplace.audit.queries import filtered_rows, inspection, recent_anchors
from marketplace.audit.subjects import names_of
from marketplace.core.actor import Role
from marketplace.core.text import N_
from marketplace.web.access import signed_in
from marketplace.web.exports import Sheet, xlsx_response
from marketplace.web.formats import datetime_text
from marketplace.web.i18n import speaks_english, translate
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import db_session

READERS = (Role.AUDITOR, Role.AUDIT_ADMIN)
MOST_EXPORTED = 50_000
PORTION = 1000
ANCHORS_SHOWN = 60
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
HASH = re.compile(r"\b[0-9a-f]{64}\b")
"""On the page its beginning is enough; the export has it whole."""
COLON, SEMICOLON, COMMA, YES_WORD, NO_WORD = N_("："), N_("；"), N_("、"), N_("是"), N_("否")

blueprint = Blueprint("audit", __name__)
add_entry(
    Entry(
        90,
        N_("审计"),
        "audit.trail",
        frozenset(READERS),
        active=lambda endpoint: endpoint.startswith("audit."),
    )
)


@blueprint.get("/audit")
@signed_in(*READERS)
def trail() -> str:
    """审计记录, newest first."""
    form = FilterForm(request.args)
    form.validate()
    session = db_session()
    page = paginate(session, filtered_rows(form.filters()), page_number())
    rows = _described(session, page.items)
    for row in rows:
        row["details"] = HASH.sub(lambda found: f"{found.group()[:12]}…", row["details"])
    return render_template("audit/trail.html", form=form, page=page, rows=rows)


@blueprint.get("/audit/export")
@signed_in(*READERS)
def export() -> Response:
    """The filtered rows as an Excel file; the export itself leaves a row."""
    form = FilterForm(request.args)
    form.validate()
    headings = [
        _("时间"), _("人员"), _("单位"), _("事项"), _("对象类别"), _("对象"), _("办理结果"), _("意见"), _("详情"),
        _("来源地址"), _("请求编号"),
    ]  # fmt: skip
    sheet = Sheet(
        _("审计记录"), headings, _cells(db_session(), form), [20, 18, 26, 20, 14, 30, 10, 26, 44, 16, 18]
    )
    return xlsx_response(f"{_('审计记录')}.xlsx", [sheet], "audit")


@blueprint.get("/audit/chain")
@signed_in(*READERS)
def chain() -> str | tuple[str, int]:
    """审计链: what the last walk found, the anchors of the last days, and whether the chain holds one."""
    form, session = AnchorForm(request.args), db_session()
    is_asked = "digest" in request.args
    is_well_asked = is_asked and form.validate()
    state = inspection(session)
    page = render_template(
        "audit/chain.html", form=form, state=state, anchors=recent_anchors(session, ANCHORS_SHOWN),
        fault=translate(FAULTS[Fault(state.fault)]) if state and state.fault else "",
        answer=holds(session, str(form.digest.data)) if is_well_asked else None,
    )  # fmt: skip
    return (page, 422) if is_asked and not is_well_asked else page


def _cells(session: Session, form: FilterForm) -> Iterator[Sequence[Any]]:
    rows = session.scalars(
        filtered_rows(form.filters()).limit(MOST_EXPORTED).execution_options(yield_per=PORTION)
    )
    for portion in rows.partitions(PORTION):
        for row in _described(session, portion):
            yield (
                row["at"], row["who"], row["unit"], row["action"], row["subject_kind"], row["subject"],
                row["outcome_label"], row["reason"], row["details"], row["address"], row["request_id"],
            )  # fmt: skip


def _described(session: Session, rows: Sequence[AuditRow]) -> list[dict[str, Any]]:
    """Rows in words: names instead of numbers."""
    names = names_of(session, rows)
    return [_in_words(row, names) for row in rows]


def _in_words(row: AuditRow, names: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    return {
        "at": row.at,
        "who": row.person_name or _("未登录者"),
        "unit": row.organisation_name,
        "action": translate(row.label),
        "subject_kind": translate(subject_label(row.subject_kind)),
        "subject": names.get((row.subject_kind, row.subject_id or 0), ""),
        "outcome": row.outcome,
        "outcome_label": translate(OUTCOMES.get(row.outcome, row.outcome)),
        "tone": OUTCOME_TONES.get(row.outcome, "neutral"),
        "reason": row.reason or "",
        "details": _details_text(row.details),
        "address": row.address,
        "request_id": row.request_id,
    }


def _details_text(details: dict[str, Any]) -> str:
    parts = [
        f"{translate(DETAILS.get(key, key))}{translate(COLON)}{_detail_text(key, value)}"
        for key, value in shown_details(details).items()
    ]
    return translate(SEMICOLON).join(parts)


def _detail_text(key: str, value: Any) -> str:
    """A code or a kind of object by its name, a moment as people write it."""
    if isinstance(value, list | tuple):
        return translate(COMMA).join(_detail_text(key, part) for part in value)
    if word := VALUES.get(key, {}).get(str(value)):
        return translate(word)
    if key.endswith("kind"):
        return translate(subject_label(str(value)))
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return datetime_text(datetime.fromisoformat(value), speaks_english())
    return _value_text(value)


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return translate(YES_WORD) if value else translate(NO_WORD)
    return "" if value is None else str(value)
