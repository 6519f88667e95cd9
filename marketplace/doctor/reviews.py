"""Panels, sheets, opinions (评审)."""

from collections.abc import Iterable

from sqlalchemy import select

from marketplace.core.canonical import sha256_hex
from marketplace.doctor.base import Context, check, ids
from marketplace.experts.models import Expert
from marketplace.reviews.codes import follows_seed
from marketplace.reviews.keeping import brief_of
from marketplace.reviews.models import Duty, Panel, PanelItem, PanelOpinion, ScoreSheet, Seat
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.workload import OF_DUTY
from marketplace.reviews.scoring import fingerprint
from marketplace.reviews.workflow import (
    DutyState,
    OpinionState,
    PanelState,
    SeatState,
    SheetState,
    SubjectKind,
)
from marketplace.topics.models import Topic


@check
def released_panels_kept_their_protocol(context: Context) -> Iterable[str]:
    for panel in context.session.scalars(select(Panel).where(Panel.protocol_sha256.is_not(None))):
        whole = panel.protocol or {}
        same = (whole.get("rubric"), whole.get("size"), whole.get("trim_from"), whole.get("reason_below"))
        if sha256_hex(whole) != panel.protocol_sha256 or same != (
            panel.rubric, panel.size, panel.trim_from, panel.reason_below,
        ):  # fmt: skip
            yield f"Panel {panel.id}"


@check
def code_names_follow_their_seed(context: Context) -> Iterable[str]:
    """盲评: nobody has put the items into another order than the lot."""
    for panel in context.session.scalars(select(Panel)):
        protocol = protocol_from(panel.protocol)
        if protocol.blind and not follows_seed([item.subject_id for item in panel.items], protocol):
            yield f"Panel {panel.id}"


@check
def final_opinions_match_their_hash(context: Context) -> Iterable[str]:
    query = select(PanelOpinion).where(PanelOpinion.state == OpinionState.FINAL)
    for opinion in context.session.scalars(query):
        kept = [(one["content"], one["sha256"]) for one in opinion.earlier]
        if any(
            sha256_hex(content) != print_ for content, print_ in [*kept, (opinion.content, opinion.sha256)]
        ):
            yield f"PanelOpinion {opinion.id}"


@check
def results_match_their_fingerprint(context: Context) -> Iterable[str]:
    """And what their pages show is what they hold."""
    for panel in context.session.scalars(select(Panel).where(Panel.state == PanelState.CONCLUDED)):
        result = panel.result
        if not result or fingerprint(result) != result["sha256"] or brief_of(result) != panel.result_brief:
            yield f"Panel {panel.id}"


@check
def topics_know_their_panel(context: Context) -> Iterable[str]:
    """What the workbench looks for is kept on the topic: the day of convening and, once it is there, of the result."""
    concluded = (Panel.state == PanelState.CONCLUDED) & Topic.result_at.is_(None)
    query = (
        select(Topic.id)
        .outerjoin(Panel, (Panel.topic_id == Topic.id) & (Panel.subject_kind == SubjectKind.BID))
        .where((Panel.id.is_(None) != Topic.convened_at.is_(None)) | concluded)
    )
    return ids(context, "Topic", query)


@check
def final_opinions_have_the_heads_word(context: Context) -> Iterable[str]:
    """Of the very text that is final, or the reason why it was not waited for."""
    query = select(PanelOpinion).where(PanelOpinion.state == OpinionState.FINAL)
    for opinion in context.session.scalars(query):
        given = opinion.confirmation or {}
        needed = bool((opinion.content or {}).get("head"))
        if needed and not given.get("without") and given.get("sha256") != opinion.sha256:
            yield f"PanelOpinion {opinion.id}"


@check
def heads_are_members_of_their_panels(context: Context) -> Iterable[str]:
    """组长: not called for single items only, and never the officer who convened the panel."""
    query = (
        select(Seat.id)
        .join(Panel, Panel.id == Seat.panel_id)
        .join(Expert, Expert.id == Seat.expert_id)
        .where(Seat.heads, Seat.extra | (Expert.person_id == Panel.convened_by))
    )
    return ids(context, "Seat", query)


@check
def concluded_panels_have_all_sheets(context: Context) -> Iterable[str]:
    query = (
        select(Panel.id)
        .join(Duty, (Duty.panel_id == Panel.id) & (Duty.state == DutyState.LIVE))
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(
            Panel.state == PanelState.CONCLUDED,
            ScoreSheet.id.is_(None) | (ScoreSheet.state != SheetState.SUBMITTED),
        )
        .distinct()
    )
    return ids(context, "Panel", query)


@check
def recused_experts_have_no_submitted_sheets(context: Context) -> Iterable[str]:
    query = (
        select(ScoreSheet.id)
        .join(Seat, Seat.id == ScoreSheet.seat_id)
        .where(
            Seat.state == SeatState.RECUSED,
            ScoreSheet.state == SheetState.SUBMITTED,
            ScoreSheet.total.is_not(None),
        )
        .join(PanelItem, PanelItem.id == ScoreSheet.item_id)
        .join(Panel, Panel.id == PanelItem.panel_id)
        .where(Panel.state == PanelState.CONCLUDED, ScoreSheet.submitted_at > Seat.decided_at)
    )
    return ids(context, "ScoreSheet", query)
