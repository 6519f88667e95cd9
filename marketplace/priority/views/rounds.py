"""One round: its rules, its ranking, its publication and its corrections."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.audit.queries import history_of
from marketplace.computations.models import Computation
from marketplace.core.actor import PROVINCE_ROLES, Role
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.priority import operations, policy, queries
from marketplace.priority.deliberation import record_of, standing_on
from marketplace.priority.evaluation import preview
from marketplace.priority.forms import ReasonForm
from marketplace.priority.funding import policy as funding_policy
from marketplace.priority.funding.queries import terms_of
from marketplace.priority.funding.views.page import plan_shown, shown_terms
from marketplace.priority.inputs import inputs_for
from marketplace.priority.meeting import KINDS
from marketplace.priority.models import PriorityList, Snapshot
from marketplace.priority.ranking import differences
from marketplace.priority.snapshots import frame_of, fresh_problem, placed, result_of, verify_snapshot
from marketplace.priority.views.base import blueprint, rules_of, the_round
from marketplace.priority.workflow import PRIORITY_LIST, PriorityState
from marketplace.web.access import signed_in
from marketplace.web.forms import Form, attempt
from marketplace.web.i18n import translate_problem
from marketplace.web.offers import history_rows, offer, stepper
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, db_session, request_now

Page = str | tuple[str, int] | Response
PATH = (PriorityState.DRAFT, PriorityState.ANNOUNCED, PriorityState.PUBLISHED)


@blueprint.get("/priority")
@signed_in(*policy.VIEWERS)
def index() -> str:
    """优先名单."""
    actor = current_actor()
    page = paginate(db_session(), queries.lists(actor), page_number())
    return render_template("priority/index.html", page=page, may_draft=policy.may_draft(actor))


@blueprint.get("/priority/<int:list_id>")
@signed_in(*policy.VIEWERS)
def show(list_id: int) -> str:
    """一个轮次: the preview of a draft, the computed ranking, or the snapshot in force."""
    return show_page(the_round(list_id), ReasonForm(formdata=None))


def show_page(plist: PriorityList, form: Form) -> str:
    """The page of a round."""
    session, actor = db_session(), current_actor()
    snapshots = queries.snapshots_of(session, plist.id)
    sees_rows = bool(policy.may_read_rows(actor, plist))
    computation = result_of(session, plist.id) if policy.may_compute(actor, plist) else None
    terms = _terms(plist)
    ranking = live(plist, computation) if policy.reads_all(actor) and _unsettled(plist) else None
    return render_template(
        "priority/show.html", plist=plist, rules=rules_of(plist).to_dict(), snapshots=snapshots, form=form,
        computation=computation,
        content=snapshots[0].content if sees_rows and snapshots else ranking, sees_rows=sees_rows,
        correction=correction(plist, snapshots, ranking), standing=(ranking or {}).get("standing"),
        steps=_steps(plist, snapshots),
        offers=_offers(plist, terms, ranking), terms=terms,
        may_propose=policy.may_propose(actor, plist), may_correct=policy.may_correct(actor, plist),
        reads_all=policy.reads_all(actor), history=history_rows(history_of(session, "priority_list", plist.id)),
    )  # fmt: skip


def _unsettled(plist: PriorityList) -> bool:
    """True as long as the next snapshot is being made."""
    return plist.state != PriorityState.PUBLISHED


def live(plist: PriorityList, computation: Computation | None) -> dict[str, Any]:
    """A ranking that is not published yet, in the form of a snapshot: as computed, or the exact rows alone."""
    inputs = inputs_for(db_session(), plist, request_now())
    problem = fresh_problem(plist, computation, inputs)
    frame = {
        **frame_of(plist), "rules": rules_of(plist).to_dict(),
        "problem": translate_problem(problem) if problem else "",
    }  # fmt: skip
    if problem is None and computation is not None and computation.result is not None:
        return with_meeting(plist, {**frame, **computation.result})
    rows = preview({"rules": plist.rules, "inputs": inputs})
    return {**frame, **rows, "assessment": None, "calibration": None}


def with_meeting(plist: PriorityList, content: dict[str, Any]) -> dict[str, Any]:
    """The ranking with what the meeting has decided so far."""
    if plist.kind not in KINDS:
        return content
    standing = standing_on(db_session(), plist, content)
    pending = [record_of(one) for one in standing.pending]
    return {**content, "standing": standing, "meeting": {**standing.record, "pending": pending}}


def correction(
    plist: PriorityList, snapshots: Sequence[Snapshot], ranking: dict[str, Any] | None
) -> dict[str, Any] | None:
    """What the proposed correction would change."""
    if plist.state != PriorityState.CORRECTING or ranking is None:
        return None
    before, computed = snapshots[0].content, bool(ranking["assessment"])
    changes = differences(before["rows"], ranking["rows"]) if computed else []
    moved = moves(before, ranking) if "meeting" in ranking else None
    return {"reason": plist.correction_reason, "changes": changes, "computed": computed, "moved": moved}


def moves(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[str]]:
    """调入和调出: by name, in the order of the ranking."""
    old = {row["key"]: row["label"] for row in placed(before)}
    new = {row["key"]: row["label"] for row in placed(after)}
    return {
        "enter": [label for key, label in new.items() if key not in old],
        "leave": [label for key, label in old.items() if key not in new],
    }


def _steps(plist: PriorityList, snapshots: Sequence[Snapshot]) -> list[dict[str, Any]]:
    published = snapshots[-1].taken_at if snapshots else None
    times = {"draft": plist.created_at, "announced": plist.announced_at, "published": published}
    return stepper(PRIORITY_LIST, PATH, plist.state, times)


def _has_terms(plist: PriorityList, terms: dict[str, Any] | None) -> Verdict:
    """A funding round is announced with its terms."""
    lacks = funding_policy.is_funding(plist) and terms is None
    return no(N_("请先拟定资金规则：资金规则要与轮次规则一并公布、一并冻结")) if lacks else YES


def _terms(plist: PriorityList) -> dict[str, Any] | None:
    """The newest terms of a funding round that the actor may read."""
    if not funding_policy.is_funding(plist):
        return None
    known = terms_of(db_session(), plist.id)
    shown = [one for one in known if one.state != "draft" or policy.reads_all(current_actor())]
    return shown_terms(shown[0]) if shown else None


def _meeting_done(ranking: dict[str, Any] | None) -> Verdict:
    """Every candidate that the figures leave open is decided by two persons."""
    standing = (ranking or {}).get("standing")
    problem = standing.problem() if standing else None
    if problem is None:
        return YES
    return no(problem) if isinstance(problem, str) else no(problem[0], **problem[1])


def _meeting_offer(plist: PriorityList, ranking: dict[str, Any] | None) -> list[dict[str, Any]]:
    standing = (ranking or {}).get("standing")
    if not standing or not standing.agenda:
        return []
    return [offer(N_("会议审议"), "priority.deliberation", method="get", tone="secondary", list_id=plist.id)]


def _offers(
    plist: PriorityList, terms: dict[str, Any] | None, ranking: dict[str, Any] | None
) -> list[dict[str, Any]]:
    actor = current_actor()
    values: dict[str, Any] = {"list_id": plist.id}
    if not policy.reads_all(actor):
        return []
    if plist.state == PriorityState.DRAFT:
        verdict = first_refusal(policy.may_announce(actor, plist), _has_terms(plist, terms))
        announce = offer(N_("公布规则"), "priority.announce", verdict, **values)
        announce["fields"] = {"version": plist.version}
        edit = offer(
            N_("修改"),
            "priority.edit",
            policy.may_revise(actor, plist),
            method="get",
            tone="secondary",
            **values,
        )
        return [announce, edit]
    if plist.state == PriorityState.ANNOUNCED:
        verdict = first_refusal(policy.may_publish(actor, plist), _meeting_done(ranking))
        publish = offer(N_("冻结并发布"), "priority.publish", verdict, **values)
        publish["fields"] = {"version": plist.version}
        return [publish, _compute_offer(plist), *_meeting_offer(plist, ranking)]
    if plist.state == PriorityState.CORRECTING:
        return [_compute_offer(plist), *_meeting_offer(plist, ranking)]
    return []


def _compute_offer(plist: PriorityList) -> dict[str, Any]:
    verdict = policy.may_compute(current_actor(), plist)
    return offer(N_("测算排序"), "priority.compute", verdict, tone="secondary", list_id=plist.id)


def _done(plist: PriorityList, form: Form, operation: Callable[..., Any], *args: Any, told: str) -> Page:
    """One deed on a round: its page again, with a word of success or what stands in the way."""
    list_id = plist.id
    if attempt(form, operation, plist, *args):
        flash(told, "success")
        return redirect(url_for("priority.show", list_id=list_id))
    return show_page(the_round(list_id), form), 422


@blueprint.post("/priority/<int:list_id>/announce")
@signed_in(Role.APPROVER)
def announce(list_id: int) -> Page:
    """公布规则."""
    form = ReasonForm()
    return _done(
        the_round(list_id), form, operations.announce_list, form.opened_version(),
        told=_("规则已公布并冻结。"),
    )  # fmt: skip


@blueprint.post("/priority/<int:list_id>/compute")
@signed_in(*PROVINCE_ROLES)
def compute(list_id: int) -> Page:
    """测算排序."""
    return _done(the_round(list_id), ReasonForm(), operations.compute_list, told=_("已提交测算。"))


@blueprint.post("/priority/<int:list_id>/publish")
@signed_in(Role.APPROVER)
def publish(list_id: int) -> Page:
    """冻结并发布."""
    form = ReasonForm()
    return _done(
        the_round(list_id), form, operations.publish_list, form.opened_version(),
        told=_("名单已冻结并发布。"),
    )  # fmt: skip


@blueprint.post("/priority/<int:list_id>/correction")
@signed_in(Role.OFFICER)
def propose(list_id: int) -> Page:
    """提出更正."""
    plist, form = the_round(list_id), ReasonForm()
    if not form.validate():
        return show_page(plist, form), 422
    return _done(
        plist, form, operations.propose_correction, form.reason.data, form.opened_version(),
        told=_("更正已提出，正在重新测算，请另一人确认。"),
    )  # fmt: skip


@blueprint.post("/priority/<int:list_id>/correct")
@signed_in(Role.APPROVER)
def correct(list_id: int) -> Page:
    """确认更正并形成新快照."""
    form = ReasonForm()
    return _done(
        the_round(list_id), form, operations.correct_list, form.opened_version(), told=_("已形成新的快照。")
    )


@blueprint.post("/priority/<int:list_id>/correction/drop")
@signed_in(Role.APPROVER)
def drop(list_id: int) -> Page:
    """不予更正."""
    plist, form = the_round(list_id), ReasonForm()
    if not form.validate():
        return show_page(plist, form), 422

    def operation(uow: UnitOfWork, one: PriorityList) -> None:
        operations.drop_correction(uow, one, form.reason.data or "", form.opened_version())

    return _done(plist, form, operation, told=_("名单维持不变。"))


@blueprint.get("/priority/<int:list_id>/snapshots/<int:number>")
@signed_in(*policy.VIEWERS)
def snapshot(list_id: int, number: int) -> str:
    """一次快照, checked against its hash and recomputed, with what changed since the one before."""
    session, actor = db_session(), current_actor()
    found = queries.snapshot_for(session, actor, list_id, number)
    before = queries.snapshot_of(session, list_id, number - 1)
    return render_template(
        "priority/snapshot.html", snapshot=found, content=found.content, plist=the_round(list_id),
        verification=verify_snapshot(found),
        changes=differences(before.content["rows"], found.content["rows"]) if before else [],
        moved_to=moves(before.content, found.content) if before else None,
        before=before, reads_all=policy.reads_all(actor),
        plan=plan_shown(found.content["plan"]) if "plan" in found.content else None,
    )  # fmt: skip
