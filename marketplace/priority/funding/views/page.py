"""资金安排 of one round: terms, requests, the proposed plan beside what the meeting decided."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, url_for
from werkzeug.wrappers import Response

from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.priority import policy as round_policy
from marketplace.priority.funding import policy, queries
from marketplace.priority.funding.factors import rule_named
from marketplace.priority.funding.forms import ReasonForm
from marketplace.priority.funding.models import FundingDeviation, FundingRequest, FundingTerms
from marketplace.priority.funding.plan import Standing, live_payload, standing_on
from marketplace.priority.funding.terms import Terms, terms_from_dict
from marketplace.priority.funding.words import rule
from marketplace.priority.funding.workflow import FUNDING_REQUEST, FUNDING_TERMS
from marketplace.priority.models import PriorityList
from marketplace.priority.queries import snapshots_of
from marketplace.priority.views.base import blueprint, the_round
from marketplace.priority.workflow import MEETING_OPINION
from marketplace.web.access import signed_in
from marketplace.web.forms import Form
from marketplace.web.i18n import speaks_english, translate_problem
from marketplace.web.offers import offer
from marketplace.web.requests import current_actor, db_session, request_now

Page = str | tuple[str, int] | Response
TONES = {
    "draft": "neutral", "in_force": "success", "replaced": "neutral", "submitted": "success", "returned": "warning",
    "proposed": "progress", "confirmed": "success", "refused": "neutral",
}  # fmt: skip


def funding_round(list_id: int) -> PriorityList:
    """A round of this kind that the actor may read."""
    plist = the_round(list_id)
    if not policy.is_funding(plist):
        raise NotFound
    return plist


@blueprint.get("/priority/<int:list_id>/funding")
@signed_in(*round_policy.VIEWERS)
def funding(list_id: int) -> str:
    """资金安排."""
    return funding_page(funding_round(list_id), ReasonForm(formdata=None))


def funding_page(plist: PriorityList, form: Form) -> str:
    """The page of a round's money."""
    session, actor = db_session(), current_actor()
    versions = queries.terms_of(session, plist.id)
    if not round_policy.reads_all(actor):
        versions = [one for one in versions if one.state != "draft"]
    standing, problem = _standing(plist)
    asked = queries.requests_of(session, plist.id)
    return render_template(
        "priority/funding/show.html", plist=plist, form=form, versions=[shown_terms(one) for one in versions],
        requests=[one for one in asked if policy.may_read_request(actor, one)],
        candidates=_candidates(plist, versions, asked),
        computation=queries.plan_of(session, plist.id) if round_policy.reads_all(actor) else None,
        plan=_published(plist) or (plan_of_standing(standing) if standing else None), problem=problem,
        deviations=[_shown_deviation(plist, one) for one in (standing.deviations if standing else ())],
        stale=_stale(plist, standing), offers=_offers(plist, versions), reads_all=round_policy.reads_all(actor),
        may_deviate=bool(standing) and bool(round_policy.may_record(actor, plist)), labels=_labels(), tones=TONES,
    )  # fmt: skip


def _labels() -> dict[str, dict[str, str]]:
    flows = {"terms": FUNDING_TERMS, "request": FUNDING_REQUEST, "deviation": MEETING_OPINION}
    return {name: flow.labels for name, flow in flows.items()}


def shown_terms(one: FundingTerms) -> dict[str, Any]:
    """One version of the terms with its rules in words."""
    terms = terms_from_dict(one.rules)
    return {"row": one, "terms": terms, "until": queries.until_of(one), "rules": rules_in_words(terms)}


def rules_in_words(terms: Terms) -> list[str]:
    """Group rules and strategic factors in the page's language."""
    said = [*(rule(group) for group in terms.groups), *(rule_named(one) for one in terms.factors)]
    return [words.en if speaks_english() else words.zh for words in said]


def _standing(plist: PriorityList) -> tuple[Standing | None, str]:
    """The plan that holds now, for those who may see it before publication, or why there is none."""
    if not round_policy.reads_all(current_actor()) or plist.state not in round_policy.SETTLING:
        return None, ""
    session = db_session()
    payload = live_payload(session, plist, request_now())
    found = standing_on(session, plist, payload) if isinstance(payload, dict) else payload
    return (found, "") if isinstance(found, Standing) else (None, translate_problem(found))


def plan_of_standing(standing: Standing) -> dict[str, Any]:
    """In the form of a snapshot."""
    return plan_shown(
        {
            "terms": standing.payload["terms"],
            "requests": standing.payload["requests"],
            "proposal": standing.proposal,
            "deviations": standing.counted,
            "settled": standing.settled.to_dict(),
        }
    )


def plan_shown(record: Mapping[str, Any]) -> dict[str, Any]:
    """A plan for the page: its rows with their requests, and the titles by key."""
    lines = {line["key"]: line for line in record["requests"]}
    reasons = {one["key"]: one for one in record["deviations"]}
    amounts = record["settled"]["amounts"]
    rows = [
        {
            **row,
            "line": lines[row["key"]],
            "given": amounts.get(row["key"]),
            "deviation": reasons.get(row["key"]),
        }
        for row in record["proposal"]["rows"]
    ]
    years = [one["year"] for one in record["terms"]["years"]]
    proposal = {"factors": [], **record["proposal"]}
    return {
        **record,
        "proposal": proposal,
        "rows": rows,
        "lines": lines,
        "years": years,
        "english": speaks_english(),
    }


def _published(plist: PriorityList) -> dict[str, Any] | None:
    """The plan of the snapshot in force."""
    if plist.state not in round_policy.WITH_RESULT or not round_policy.may_read_rows(current_actor(), plist):
        return None
    snapshots = snapshots_of(db_session(), plist.id)
    record = snapshots[0].content.get("plan") if snapshots else None
    if record is None or plist.state in round_policy.SETTLING and round_policy.reads_all(current_actor()):
        return None
    return plan_shown(record)


def _candidates(
    plist: PriorityList, versions: Sequence[FundingTerms], asked: Sequence[FundingRequest]
) -> list[Any]:
    """Projects for which the actor could still ask."""
    actor = current_actor()
    force = next((one for one in versions if one.state == "in_force"), None)
    own = actor.organisation_id or 0
    if not policy.may_request(actor, plist, queries.until_of(force), own, request_now()):
        return []
    return list(queries.candidates(db_session(), actor, {one.project_id for one in asked}))


def _stale(plist: PriorityList, standing: Standing | None) -> int:
    """How many deviations were made against an earlier plan and no longer count."""
    if standing is None:
        return 0
    return len(queries.deviations_of(db_session(), plist.id)) - len(standing.deviations)


def _shown_deviation(plist: PriorityList, one: FundingDeviation) -> dict[str, Any]:
    verdict = round_policy.may_second(current_actor(), plist, one)
    values: dict[str, Any] = {"list_id": plist.id, "deviation_id": one.id}
    confirm = offer(N_("确认偏离"), "priority.confirm_deviation", verdict, **values)
    confirm["fields"] = {"version": one.version}
    return {
        "row": one, "confirm": confirm, "may_decide": bool(verdict),
        "refuse": url_for("priority.refuse_deviation", **values),
    }  # fmt: skip


def _offers(plist: PriorityList, versions: Sequence[FundingTerms]) -> list[dict[str, Any]]:
    actor = current_actor()
    if not round_policy.reads_all(actor) or plist.state == "published":
        return []
    values: dict[str, Any] = {"list_id": plist.id}
    found = []
    if versions and versions[0].state == "draft" and plist.state != "draft":
        verdict = policy.may_confirm_terms(actor, plist, versions[0])
        confirm = offer(
            N_("确认并公布资金规则"), "priority.confirm_terms", verdict, number=versions[0].number, **values
        )
        confirm["fields"] = {"version": versions[0].version}
        found.append(confirm)
    label = N_("修改资金规则") if versions else N_("拟定资金规则")
    tone = "secondary" if versions else "primary"
    found.append(
        offer(
            label,
            "priority.edit_terms",
            policy.may_draft_terms(actor, plist),
            method="get",
            tone=tone,
            **values,
        )
    )
    force = next((one for one in versions if one.state == "in_force"), None)
    verdict = policy.may_plan(actor, plist, queries.until_of(force), request_now())
    found.append(offer(N_("测算资助方案"), "priority.plan_funding", verdict, **values))
    return found
