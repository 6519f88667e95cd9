"""Which opinion a panel has, and whether it may become final."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.reviews.analysis.meeting import open_disputes
from marketplace.reviews.analysis.reading import analysis_of, latest_texts, notes_of
from marketplace.reviews.models import Panel, PanelOpinion
from marketplace.reviews.opinion.gathering import content_of, fingerprint_of
from marketplace.reviews.policy import READERS
from marketplace.reviews.scoring import open_ties
from marketplace.reviews.workflow import NoteKind, OpinionState


def opinion_of(session: Session, panel_id: int) -> PanelOpinion | None:
    """The panel's opinion, if it has ever been final."""
    return session.scalar(select(PanelOpinion).where(PanelOpinion.panel_id == panel_id))


def is_final(session: Session, panel_id: int) -> bool:
    """Whether the panel's opinion stands."""
    query = select(PanelOpinion.id).where(
        PanelOpinion.panel_id == panel_id, PanelOpinion.state == OpinionState.FINAL
    )
    return session.scalar(query) is not None


def readiness(analysed: bool, open_votes: int, overall: str) -> Verdict:
    """定稿条件: both results are known, everything to be voted on has been, and the panel has said something."""
    return first_refusal(
        YES if analysed else no(N_("评分分析还没有算出来，完成后才能定稿")),
        no(N_("还有%(count)s项等待评审组表决，表决后才能定稿"), count=open_votes) if open_votes else YES,
        YES if overall else no(N_("请先写好对整个评审组的“专家组意见”")),
    )


def readiness_of(session: Session, panel: Panel) -> Verdict:
    """Whether anything still keeps the opinion of this panel from becoming final."""
    analysis = analysis_of(session, panel)
    disputes = open_disputes(panel.result, None if analysis is None else analysis.record)
    overall = latest_texts(notes_of(session, panel.id)).get((None, NoteKind.CONCLUSION), "")
    return readiness(analysis is not None, len(disputes) + len(open_ties(panel.result)), overall)


@dataclass(frozen=True, slots=True)
class Version:
    """One version: what it says, its fingerprint, when it became final (empty: a draft), and the head's word on it or
    why it became final without."""

    content: Mapping[str, Any]
    sha256: str
    final_at: datetime | None
    confirmation: Mapping[str, Any] | None = None


def draft_of(session: Session, panel: Panel, opinion: PanelOpinion | None) -> Version:
    """The next version as it would be now."""
    content = content_of(session, panel, 1 if opinion is None else opinion.number + 1)
    print_ = fingerprint_of(content)
    given = None if opinion is None else opinion.confirmation
    return Version(content, print_, None, given if given and given.get("sha256") == print_ else None)


def final_of(opinion: PanelOpinion | None) -> Version | None:
    """The version that stands."""
    if opinion is None or opinion.state != OpinionState.FINAL:
        return None
    return Version(opinion.content or {}, opinion.sha256 or "", opinion.finalised_at, opinion.confirmation)


def version_for(actor: Actor, opinion: PanelOpinion | None, number: int) -> Version:
    """A final version by its number: the one that stands, or for the office and the auditor one taken back. Raises
    NotFound."""
    final = final_of(opinion)
    if final is not None and final.content["number"] == number:
        return final
    kept = opinion.earlier if opinion is not None and actor.has(*READERS) else []
    for one in kept:
        if one["number"] == number:
            at = datetime.fromisoformat(one["finalised_at"])
            return Version(one["content"], one["sha256"], at, one.get("confirmation"))
    raise NotFound
