"""会议审议 of one round: what the figures leave open, what the meeting decided, and the second person's word."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.core.actor import PROVINCE_ROLES, Role
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.priority import decisions, meeting, policy
from marketplace.priority.deliberation import Standing, decision_for, standing_of
from marketplace.priority.forms import ReasonForm
from marketplace.priority.held import Held
from marketplace.priority.meeting_forms import ConfirmForm, MeetingForm, at_rows
from marketplace.priority.models import MeetingDecision, PriorityList
from marketplace.priority.opinions import first_day, last_held
from marketplace.priority.queries import candidate_names
from marketplace.priority.views.base import blueprint, the_round
from marketplace.priority.workflow import MEETING_OPINION
from marketplace.web.access import signed_in
from marketplace.web.forms import Form, attempt
from marketplace.web.i18n import translate_problem
from marketplace.web.offers import offer
from marketplace.web.requests import current_actor, db_session, request_now

Page = str | tuple[str, int] | Response
TONES = {"proposed": "progress", "confirmed": "success", "refused": "neutral"}


def _round(list_id: int) -> PriorityList:
    """A round of this kind, for the province and the auditor."""
    plist = the_round(list_id)
    if plist.kind not in meeting.KINDS or not policy.reads_all(current_actor()):
        raise NotFound
    return plist


@blueprint.get("/priority/<int:list_id>/meeting")
@signed_in(*policy.READERS)
def deliberation(list_id: int) -> Page:
    """会议审议; once the list is published it stands on the list itself."""
    plist = _round(list_id)
    if plist.state not in policy.SETTLING:
        return redirect(url_for("priority.show", list_id=list_id))
    return _page(plist)


def _page(plist: PriorityList, form: MeetingForm | None = None, refusal: Form | None = None) -> str:
    found = standing_of(db_session(), plist, request_now())
    standing = found if isinstance(found, Standing) else None
    may_record = bool(standing) and bool(policy.may_record(current_actor(), plist))
    keys = _open_keys(standing) if standing and may_record else []
    form = form or MeetingForm.of(keys, last_held(db_session(), MeetingDecision, plist.id))
    return render_template(
        "priority/meeting.html", plist=plist, standing=standing, form=form,
        refusal=refusal or ReasonForm(formdata=None),
        problem="" if isinstance(found, Standing) else translate_problem(found),
        items=_items(plist, standing, form) if standing else [],
        waiting=_waiting(plist, standing.pending) if standing else None, may_record=may_record and bool(keys),
        outdated=_outdated(standing.outdated) if standing else [],
        labels=MEETING_OPINION.labels, tones=TONES, first_day=first_day(plist),
    )  # fmt: skip


def _open_keys(standing: Standing) -> list[str]:
    """The candidates about which something may be typed: none that waits for the second person."""
    waiting = {one.candidate for one in standing.pending}
    return [row["key"] for row in standing.agenda if row["key"] not in waiting]


def _items(plist: PriorityList, standing: Standing, form: MeetingForm) -> list[dict[str, Any]]:
    """Each candidate with its figures, the decisions about it, and its row of the form."""
    worth = standing.content["assessment"]["rows"]
    fields = {row.form.key.data: row.form for row in form.rows}
    return [
        {
            "row": row, "worth": worth[row["key"]], "form": fields.get(row["key"]),
            "decisions": [_shown(plist, one) for one in standing.decisions if one.candidate == row["key"]],
        }
        for row in standing.agenda
    ]  # fmt: skip


def _shown(plist: PriorityList, one: MeetingDecision) -> dict[str, Any]:
    verdict = policy.may_second(current_actor(), plist, one)
    return {
        "row": one, "confirm": _confirm(plist, [one]), "may_decide": bool(verdict),
        "refuse": url_for("priority.refuse_decision", list_id=plist.id, decision_id=one.id),
    }  # fmt: skip


def _waiting(plist: PriorityList, pending: Sequence[MeetingDecision]) -> dict[str, Any] | None:
    """All of somebody else at once, where there are several."""
    others = [one for one in pending if policy.may_second(current_actor(), plist, one)]
    return _confirm(plist, others) if len(others) > 1 else None


def _confirm(plist: PriorityList, chosen: Sequence[MeetingDecision]) -> dict[str, Any]:
    label = N_("确认会议意见") if len(chosen) == 1 else N_("全部确认")
    verdict = policy.may_second(current_actor(), plist, chosen[0])
    found = offer(label, "priority.confirm_decisions", verdict, list_id=plist.id)
    return {**found, "fields": {"ids": ",".join(str(one.id) for one in chosen)}}


def _outdated(known: Sequence[MeetingDecision]) -> list[dict[str, Any]]:
    """What was decided for other figures: it no longer counts."""
    names = candidate_names(db_session(), {one.candidate for one in known}) if known else {}
    return [{"row": one, "name": names.get(one.candidate, one.candidate)} for one in known]


@blueprint.post("/priority/<int:list_id>/meeting")
@signed_in(*PROVINCE_ROLES)
def propose_decisions(list_id: int) -> Page:
    """提出会议审议决定."""
    plist, form = _round(list_id), MeetingForm()
    typed = form.typed() if form.validate() else None
    if typed is not None and attempt(form, _propose, plist, typed, form.held()):
        flash(_("会议决定已提出，请另一人确认。"), "success")
        return redirect(url_for("priority.deliberation", list_id=list_id))
    return _page(_round(list_id), form), 422


def _propose(uow: UnitOfWork, plist: PriorityList, typed: Mapping[int, decisions.Typed], held: Held) -> None:
    try:
        decisions.propose_decisions(uow, plist, list(typed.values()), held)
    except Invalid as error:
        raise at_rows(error, list(typed)) from error


@blueprint.post("/priority/<int:list_id>/meeting/confirm")
@signed_in(Role.APPROVER)
def confirm_decisions(list_id: int) -> Page:
    """确认会议审议决定."""
    plist, form = _round(list_id), ConfirmForm()
    chosen = [decision_for(db_session(), plist, number) for number in form.chosen()]
    if not chosen:
        raise NotFound
    if attempt(form, decisions.confirm_decisions, plist, chosen):
        flash(_("会议决定已确认。"), "success")
        return redirect(url_for("priority.deliberation", list_id=list_id))
    return _page(_round(list_id), refusal=form), 422


@blueprint.post("/priority/<int:list_id>/meeting/<int:decision_id>/refuse")
@signed_in(Role.APPROVER)
def refuse_decision(list_id: int, decision_id: int) -> Page:
    """不予确认."""
    plist, form = _round(list_id), ReasonForm()
    one = decision_for(db_session(), plist, decision_id)
    if form.validate() and attempt(
        form, decisions.refuse_decision, plist, one, form.reason.data or "", form.opened_version()
    ):
        flash(_("已记录不予确认。"), "success")
        return redirect(url_for("priority.deliberation", list_id=list_id))
    return _page(_round(list_id), refusal=form), 422
