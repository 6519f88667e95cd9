"""The head's word on the panel's opinion (组长确认意见书)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.events import OpinionConfirmed
from marketplace.reviews.heads import head_of, is_head
from marketplace.reviews.models import Panel, PanelOpinion
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.opinion.reading import draft_of, opinion_of, readiness_of
from marketplace.reviews.workflow import OpinionState


def standing(session: Session, panel: Panel) -> PanelOpinion:
    """The panel's opinion, or the one that it is going to have."""
    blank = PanelOpinion(panel_id=panel.id, state=OpinionState.DRAFT, number=0, earlier=[])
    return opinion_of(session, panel.id) or blank


def confirms(opinion: PanelOpinion | None, sha256: str) -> bool:
    """Whether the head has given her word on the text with this fingerprint."""
    return opinion is not None and (opinion.confirmation or {}).get("sha256") == sha256


def confirm_opinion(uow: UnitOfWork, panel: Panel, seen: str) -> None:
    """组长确认意见书, as she has it before her (``seen``: its fingerprint)."""
    lock(uow, panel)
    opinion = standing(uow.session, panel)
    draft = draft_of(uow.session, panel, opinion)
    require(
        policy.may_confirm_opinion(
            is_head(uow.actor, head_of(uow.session, panel.id)), panel.state, opinion.state == OpinionState.FINAL,
            readiness_of(uow.session, panel), confirms(opinion, draft.sha256),
        )
    )  # fmt: skip
    if seen != draft.sha256:
        raise Invalid({"seen": N_("意见书的内容在您打开本页后已有变化，请核对后再确认")})
    uow.session.add(opinion)
    opinion.confirmation = {**_signed(uow), "sha256": draft.sha256}
    uow.session.flush()
    number = draft.content["number"]
    uow.emit(OpinionConfirmed(panel_id=panel.id, number=number, sha256=draft.sha256))


def without_the_head(uow: UnitOfWork, reason: str) -> dict[str, Any]:
    """What the opinion keeps when the chair makes it final without the head's word."""
    return {**_signed(uow), "without": reason}


def _signed(uow: UnitOfWork) -> Mapping[str, str]:
    return {"by": uow.actor.person_name, "at": uow.now.isoformat()}


def drop_confirmation(session: Session, panel_id: int) -> None:
    """The text changes: the head is asked for her word again."""
    opinion = opinion_of(session, panel_id)
    if opinion is not None and opinion.state == OpinionState.DRAFT and opinion.confirmation is not None:
        opinion.confirmation = None
