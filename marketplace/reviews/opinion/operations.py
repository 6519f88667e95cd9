"""The chair's verbs about the opinion: make it final, take it back (定稿、收回)."""

from sqlalchemy.orm import Session

from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import Verdict, require
from marketplace.reviews import policy
from marketplace.reviews.analysis.meeting import open_disputes
from marketplace.reviews.analysis.reading import analysis_of, latest_texts, notes_of
from marketplace.reviews.events import OpinionFinalised, OpinionReopened
from marketplace.reviews.models import Panel, PanelOpinion
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.opinion.gathering import content_of, fingerprint_of
from marketplace.reviews.opinion.reading import opinion_of, readiness
from marketplace.reviews.scoring import open_ties
from marketplace.reviews.workflow import OPINION, NoteKind, OpinionState

REASON_LIMIT = 500


def ready(session: Session, panel: Panel) -> Verdict:
    """Whether anything still keeps the opinion from becoming final."""
    analysis = analysis_of(session, panel)
    disputes = open_disputes(panel.result, None if analysis is None else analysis.record)
    overall = latest_texts(notes_of(session, panel.id)).get((None, NoteKind.CONCLUSION), "")
    return readiness(analysis is not None, len(disputes) + len(open_ties(panel.result)), overall)


def _standing(session: Session, panel: Panel) -> PanelOpinion:
    """The panel's opinion, or the one that it is going to have."""
    blank = PanelOpinion(panel_id=panel.id, state=OpinionState.DRAFT, number=0, earlier=[])
    return opinion_of(session, panel.id) or blank


def finalise_opinion(uow: UnitOfWork, panel: Panel, seen: str | None = None) -> PanelOpinion:
    """意见书定稿: what it says is frozen with its fingerprint. ``seen``: the fingerprint of what the chair had before
    her; somebody else's change since then is not signed unread."""
    lock(uow, panel)
    opinion = _standing(uow.session, panel)
    final, verdict = opinion.state == OpinionState.FINAL, ready(uow.session, panel)
    require(policy.may_finalise_opinion(uow.actor, panel.convened_by, panel.state, final, verdict))
    content = content_of(uow.session, panel, opinion.number + 1)
    print_ = fingerprint_of(content)
    if seen is not None and seen != print_:
        raise Invalid({"seen": N_("意见书的内容在您打开本页后已有变化，请核对后再定稿")})
    uow.session.add(opinion)
    OPINION.advance(opinion, "finalise")
    opinion.number, opinion.content, opinion.sha256 = content["number"], content, print_
    opinion.finalised_by, opinion.finalised_at = uow.actor.person_id, uow.now
    uow.session.flush()
    uow.emit(OpinionFinalised(panel_id=panel.id, number=opinion.number, sha256=print_))
    return opinion


def reopen_opinion(uow: UnitOfWork, panel: Panel, reason: str) -> None:
    """收回意见书, with a reason: the texts may be changed again, the next version gets the next number."""
    lock(uow, panel)
    opinion = _standing(uow.session, panel)
    final = opinion.state == OpinionState.FINAL
    require(policy.may_reopen_opinion(uow.actor, panel.convened_by, final))
    if not reason or len(reason) > REASON_LIMIT:
        raise Invalid({"reason": N_("请填写收回的原因，500字以内")})
    kept = {
        "number": opinion.number,
        "content": opinion.content,
        "sha256": opinion.sha256,
        "finalised_at": opinion.finalised_at.isoformat() if opinion.finalised_at else None,
        "by": uow.actor.person_name,
        "reopened_at": uow.now.isoformat(),
        "reason": reason,
    }
    OPINION.advance(opinion, "reopen")
    opinion.earlier = [*opinion.earlier, kept]
    opinion.content, opinion.sha256, opinion.finalised_by, opinion.finalised_at = None, None, None, None
    uow.emit(OpinionReopened(panel_id=panel.id, number=opinion.number, opinion=reason))
