"""How pages speak of bids: state and stage, what can be done next, the form as a document to read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.audit.queries import history_of
from marketplace.bids import joint, policy, queries
from marketplace.bids.checks import Gap
from marketplace.bids.consent import consents_verdict
from marketplace.bids.content import SOURCE_LABELS, BidContent, Source, content_from_dict
from marketplace.bids.models import Bid
from marketplace.bids.operations import gaps
from marketplace.bids.running import running_count
from marketplace.bids.sections import BY_CODE, SECTIONS
from marketplace.bids.workflow import BID, BidState
from marketplace.core.actor import ANONYMOUS, Actor, Role
from marketplace.core.clock import before_deadline
from marketplace.core.text import N_
from marketplace.core.verdict import Verdict, first_refusal
from marketplace.files.forms import file_links
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.queries import people_with_roles
from marketplace.topics.rules import rules_from_dict
from marketplace.topics.workflow import TopicState
from marketplace.web.i18n import translate
from marketplace.web.offers import history_rows, offer, stepper

TONES = {
    BidState.DRAFT: "neutral",
    BidState.WITH_HEAD: "progress",
    BidState.SUBMITTED: "success",
    BidState.WITHDRAWN: "warning",
    BidState.OPENED: "info",
    BidState.DISQUALIFIED: "danger",
    BidState.AWARDED: "success",
    BidState.NOT_SELECTED: "neutral",
}
PATH = (BidState.DRAFT, BidState.WITH_HEAD, BidState.SUBMITTED, BidState.OPENED, BidState.AWARDED)
TOLD_OUTSIDE = {"BidSubmitted", "BidOpened", "BidDisqualified", "BidAwarded", "BidNotSelected"}
"""What of a bid's history concerns others; how a unit came to its bid is its own affair."""


def state(bid: Bid) -> dict[str, str]:
    """The state for the ``chip`` macro."""
    code = BidState(bid.state)
    return {"code": code, "label": translate(BID.label(code)), "tone": TONES[code]}


def steps(bid: Bid) -> list[dict[str, Any]]:
    """The stage for the ``stepper`` macro."""
    times = {"draft": bid.drafted_at, "submitted": bid.submitted_at, "opened": bid.topic.opened_at}
    return stepper(BID, PATH, bid.state, times if policy.is_opened(bid) else {**times, "opened": None})


def is_running(bid: Bid, now: datetime) -> bool:
    """True while the bid can still be worked on."""
    topic = bid.topic
    open_topic = topic.state == TopicState.OPEN and topic.deadline is not None
    return open_topic and before_deadline(now, topic.deadline)  # type: ignore[arg-type]


def submit_verdict(session: Session, actor: Actor, bid: Bid, now: datetime) -> Verdict:
    """可否提交, with the limit of running projects counted and the partners' word looked up."""
    limit = rules_from_dict(bid.topic.list.rules).running_limit
    evidence = queries.consent_evidence(session, bid)
    partners = first_refusal(
        queries.alone_verdict(session, bid, bid.lead_id), consents_verdict(bid, evidence)
    )
    return policy.may_submit(actor, bid, now, running_count(session, bid.lead_id), limit, partners)


def offers(actor: Actor, bid: Bid, now: datetime, complete: bool = True) -> list[dict[str, Any]]:
    """What can be done with the bid from its page, the next step first; steps long past are not mentioned."""
    if policy.acts_for(actor, bid.lead_id):
        return _own_offers(actor, bid, now, complete)
    if (partner := joint.own_place(actor, bid)) is not None and not policy.is_opened(bid):
        return joint.partner_offers(actor, bid, partner, now)
    if actor.has(Role.OFFICER) and bid.state == BidState.OPENED:
        verdict = policy.may_disqualify(actor, bid)
        return [
            offer(N_("不予受理"), "bids.ask_disqualify", verdict, method="get", tone="danger", bid_id=bid.id)
        ]
    return []


def _own_offers(actor: Actor, bid: Bid, now: datetime, complete: bool) -> list[dict[str, Any]]:
    edit = offer(
        N_("填写申请"), "bids.edit", policy.may_edit(actor, bid, now), method="get",
        tone="secondary" if complete else "primary", bid_id=bid.id, section=SECTIONS[0].code,
    )  # fmt: skip
    check = offer(
        check_label(actor), "bids.check", _any_step(actor, bid, now), method="get",
        tone="primary" if complete else "secondary", bid_id=bid.id,
    )  # fmt: skip
    back = offer(
        N_("退回修改"), "bids.ask_return", policy.may_return(actor, bid, now), method="get", tone="secondary",
        bid_id=bid.id,
    )  # fmt: skip
    withdraw = offer(
        N_("撤回"), "bids.ask_withdraw", policy.may_withdraw(actor, bid, now), method="get", tone="danger",
        bid_id=bid.id,
    )  # fmt: skip
    revise = offer(N_("重新编辑"), "bids.revise", policy.may_revise(actor, bid, now), bid_id=bid.id)
    recuse = offer(
        N_("申请专家回避"), "bids.recusals", policy.may_request_recusal(actor, bid), method="get", tone="secondary",
        bid_id=bid.id,
    )  # fmt: skip
    by_state: dict[str, list[dict[str, Any]]] = {
        BidState.DRAFT: [check, edit] if complete else [edit, check],
        BidState.WITH_HEAD: [check, back, edit],
        BidState.SUBMITTED: [withdraw],
        BidState.WITHDRAWN: [revise],
        BidState.OPENED: [recuse],
    }
    return by_state.get(bid.state, [])


def _any_step(actor: Actor, bid: Bid, now: datetime) -> Verdict:
    send = policy.may_send_to_head(actor, bid, now)
    submit = policy.may_submit(actor, bid, now)
    return submit if submit or actor.has(Role.HEAD) else send


def heads_of(session: Session, bid: Bid) -> list[Recipient]:
    """Who can submit (单位负责人)."""
    return people_with_roles(session, [bid.lead_id], [Role.HEAD])


def section_links(bid: Bid, found: Sequence[Gap]) -> list[dict[str, Any]]:
    """The sections with the number of things still to mend in each."""
    counts = {section.code: 0 for section in SECTIONS}
    for gap in found:
        counts[gap.section] += 1
    return [
        {"code": section.code, "title": translate(section.title), "gaps": counts[section.code]}
        for section in SECTIONS
    ]


def gap_lines(found: Sequence[Gap]) -> list[dict[str, str]]:
    """Each thing to mend with the section in which to mend it."""
    return [
        {
            "section": gap.section,
            "field": gap.field,
            "title": translate(BY_CODE[gap.section].title),
            "text": translate(gap.message, gap.params),
        }
        for gap in found
    ]


def document(session: Session, bid: Bid, actor: Actor = ANONYMOUS) -> dict[str, Any]:
    """What ``bids/_document.html`` is rendered with; one statement beyond the loaded bid. Who reads decides how much
    is said of the partners' word."""
    files = queries.files_of(session, bid)
    shown = reading(
        bid, content_from_dict(bid.content), file_links(f for f in files if f.purpose != queries.AGREEMENT)
    )
    agreements = file_links(file for file in files if file.purpose == queries.AGREEMENT)
    return shown | {"partners": joint.partner_lines(actor, bid), "agreements": agreements}


def reading(
    bid: Any, content: BidContent, files: Sequence[dict[str, Any]], withheld: int = 0
) -> dict[str, Any]:
    """The same of a bid, or of what stands for it where names are hidden: then nothing is said of the partners' word,
    and the joint agreement is one of the files; ``withheld``: files that are not shown."""
    return {
        "bid": bid,
        "content": content,
        "indicator_groups": _by_deliverable(bid, content),
        "source_labels": {code.value: translate(label) for code, label in SOURCE_LABELS.items()},
        "source_totals": [
            (translate(SOURCE_LABELS[source]), content.fen_from(source))
            for source in Source
            if content.fen_from(source)
        ],
        "bid_files": files,
        "withheld": withheld,
        "partners": [
            {"name": one.organisation.name, "task": one.task, "share_fen": one.share_fen, "word": None}
            for one in bid.partners
        ],
        "agreements": [],
    }


def _by_deliverable(bid: Any, content: BidContent) -> list[dict[str, Any]]:
    """Each deliverable of the topic with the indicators that cover it; what covers none stands last."""
    groups = [
        {
            "name": item["name"],
            "acceptance": item["acceptance"],
            "rows": [r for r in content.indicators if r.deliverable_key == item["key"] and r.name],
        }
        for item in bid.topic.deliverables
    ]
    known = {item["key"] for item in bid.topic.deliverables}
    rest = [row for row in content.indicators if row.deliverable_key not in known and row.name]
    return [*groups, {"name": "", "acceptance": [], "rows": rest}] if rest else groups


def history(session: Session, actor: Actor, bid: Bid) -> list[dict[str, Any]]:
    """办理记录 for whoever has passed the door."""
    rows = history_of(session, "bid", bid.id, sealed=True)
    if not policy.acts_for(actor, bid.lead_id):
        rows = [row for row in rows if row.action in TOLD_OUTSIDE]
    return history_rows(rows)


def check_label(actor: Actor) -> str:
    """What the last look at a bid leads to: the head submits, the others send it to the head (msgid)."""
    return N_("检查并提交") if actor.has(Role.HEAD) else N_("检查并送审")


def page(session: Session, actor: Actor, bid: Bid, now: datetime) -> dict[str, Any]:
    """What every page of one bid shows."""
    own = policy.acts_for(actor, bid.lead_id)
    found = gaps(bid) if own and bid.state in (BidState.DRAFT, BidState.WITH_HEAD) else []
    return {
        **document(session, bid, actor),
        "joint": joint.desk(session, actor, bid, now) if own else None,
        "own": own,
        "check_label": check_label(actor),
        "state": state(bid),
        "running": is_running(bid, now),
        "gaps": gap_lines(found),
        "sections": section_links(bid, found),
    }
