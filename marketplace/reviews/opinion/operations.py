"""The chair's verbs about the opinion: make it final, take it back (定稿、收回)."""

from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.events import OpinionFinalised, OpinionReopened
from marketplace.reviews.models import Panel, PanelOpinion
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.opinion.confirming import standing, without_the_head
from marketplace.reviews.opinion.reading import draft_of, readiness_of
from marketplace.reviews.workflow import OPINION, OpinionState

REASON_LIMIT = 500


def finalise_opinion(
    uow: UnitOfWork, panel: Panel, seen: str | None = None, without: str = ""
) -> PanelOpinion:
    """意见书定稿: what it says is frozen with its fingerprint, after the panel's head has confirmed that very text.
    ``seen``: the fingerprint of what the chair had before her; somebody else's change since then is not signed unread.
    ``without``: why the head's word is not waited for; it stays with the opinion."""
    lock(uow, panel)
    opinion = standing(uow.session, panel)
    final, verdict = opinion.state == OpinionState.FINAL, readiness_of(uow.session, panel)
    require(policy.may_finalise_opinion(uow.actor, panel.convened_by, panel.state, final, verdict))
    draft = draft_of(uow.session, panel, opinion)
    if seen is not None and seen != draft.sha256:
        raise Invalid({"seen": N_("意见书的内容在您打开本页后已有变化，请核对后再定稿")})
    if draft.confirmation is None and draft.content["head"]:
        _check_without(without)
        opinion.confirmation = without_the_head(uow, without)
    uow.session.add(opinion)
    OPINION.advance(opinion, "finalise")
    opinion.number, opinion.content, opinion.sha256 = (
        draft.content["number"],
        dict(draft.content),
        draft.sha256,
    )
    opinion.finalised_by, opinion.finalised_at = uow.actor.person_id, uow.now
    uow.session.flush()
    alone = (opinion.confirmation or {}).get("without", "")
    uow.emit(OpinionFinalised(panel_id=panel.id, number=opinion.number, sha256=draft.sha256, opinion=alone))
    return opinion


def _check_without(reason: str) -> None:
    if not reason or len(reason) > REASON_LIMIT:
        raise Invalid({"without": N_("组长还没有确认现在的文本；不等确认即定稿的，请填写原因，500字以内")})


def reopen_opinion(uow: UnitOfWork, panel: Panel, reason: str) -> None:
    """收回意见书, with a reason: the texts may be changed again, the next version gets the next number."""
    lock(uow, panel)
    opinion = standing(uow.session, panel)
    final = opinion.state == OpinionState.FINAL
    require(policy.may_reopen_opinion(uow.actor, panel.convened_by, final))
    if not reason or len(reason) > REASON_LIMIT:
        raise Invalid({"reason": N_("请填写收回的原因，500字以内")})
    kept = {
        "number": opinion.number,
        "content": opinion.content,
        "sha256": opinion.sha256,
        "confirmation": opinion.confirmation,
        "finalised_at": opinion.finalised_at.isoformat() if opinion.finalised_at else None,
        "by": uow.actor.person_name,
        "reopened_at": uow.now.isoformat(),
        "reason": reason,
    }
    OPINION.advance(opinion, "reopen")
    opinion.earlier = [*opinion.earlier, kept]
    opinion.content, opinion.sha256, opinion.finalised_by, opinion.finalised_at = None, None, None, None
    opinion.confirmation = None
    uow.emit(OpinionReopened(panel_id=panel.id, number=opinion.number, opinion=reason))
