"""Which opinion a panel has, and whether it may become final."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.reviews.models import Panel, PanelOpinion
from marketplace.reviews.opinion.gathering import content_of, fingerprint_of
from marketplace.reviews.policy import READERS
from marketplace.reviews.workflow import OpinionState


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


@dataclass(frozen=True, slots=True)
class Version:
    """One version: what it says, its fingerprint, when it became final (empty: a draft)."""

    content: Mapping[str, Any]
    sha256: str
    final_at: datetime | None


def draft_of(session: Session, panel: Panel, opinion: PanelOpinion | None) -> Version:
    """The next version as it would be now."""
    content = content_of(session, panel, 1 if opinion is None else opinion.number + 1)
    return Version(content, fingerprint_of(content), None)


def final_of(opinion: PanelOpinion | None) -> Version | None:
    """The version that stands."""
    if opinion is None or opinion.state != OpinionState.FINAL:
        return None
    return Version(opinion.content or {}, opinion.sha256 or "", opinion.finalised_at)


def version_for(actor: Actor, opinion: PanelOpinion | None, number: int) -> Version:
    """A final version by its number: the one that stands, or for the office and the auditor one taken back. Raises
    NotFound."""
    final = final_of(opinion)
    if final is not None and final.content["number"] == number:
        return final
    kept = opinion.earlier if opinion is not None and actor.has(*READERS) else []
    for one in kept:
        if one["number"] == number:
            return Version(one["content"], one["sha256"], datetime.fromisoformat(one["finalised_at"]))
    raise NotFound
