"""盲评核查: deciding what a text may still tell, before the experts read it and after."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from marketplace.core.errors import Invalid, NotFound
from marketplace.core.text import N_, tidy
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.blind.checks import blind_item, mark_text
from marketplace.reviews.blind.leads import Lead, LeadKind
from marketplace.reviews.blind.names import LEAST
from marketplace.reviews.blind.redaction import Hidden, folded
from marketplace.reviews.events import (
    BlindDecisionWithdrawn,
    BlindFileCleared,
    BlindFileWithheld,
    LeadsFoundHarmless,
    WordsHidden,
)
from marketplace.reviews.models import BlindMark, Panel, PanelItem
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.workflow import BlindDecision

LONGEST = 100
KIND_OF = {
    LeadKind.UNIT: Hidden.UNIT,
    LeadKind.PLACE: Hidden.PLACE,
    LeadKind.LEVEL: Hidden.UNIT,
    LeadKind.PERSON: Hidden.PERSON,
}
"""What stands in the place of a lead that is hidden; else 【已隐去】."""


def settle_leads(uow: UnitOfWork, panel: Panel, item: PanelItem, keys: Collection[str], hide: bool) -> int:
    """处理线索: the chosen leads tell nothing, or are hidden from now on. Answers how many."""
    _begin(uow, panel)
    chosen = [lead for lead in blind_item(uow.session, panel, item).open_leads if lead.key in keys]
    if not chosen:
        raise Invalid({"leads": N_("请勾选至少一条线索")})
    if hide:
        _hide(uow, item, [(lead.text[:200], KIND_OF.get(lead.kind, Hidden.OTHER)) for lead in chosen])
    else:
        _harmless(uow, item, chosen)
    return len(chosen)


def _harmless(uow: UnitOfWork, item: PanelItem, leads: Sequence[Lead]) -> None:
    for lead in leads:
        _mark(uow, item, BlindDecision.HARMLESS, mark_text(lead))
    words = tuple(lead.text for lead in leads)
    uow.emit(LeadsFoundHarmless(panel_id=item.panel_id, item_id=item.id, words=words))


def hide_words(uow: UnitOfWork, panel: Panel, item: PanelItem, words: str, kind: str) -> None:
    """补充隐去: further words of one item, also while it is being scored."""
    _begin(uow, panel)
    clean = tidy(words)
    if not len(folded(clean)) >= LEAST or len(clean) > LONGEST:
        raise Invalid({"words": (N_("请填写%(least)s至%(most)s个字"), {"least": LEAST, "most": LONGEST})})
    if kind not in set(Hidden):
        raise Invalid({"kind": N_("请选择列出的一项")})
    _hide(uow, item, [(clean, Hidden(kind))])


def _hide(uow: UnitOfWork, item: PanelItem, words: Sequence[tuple[str, Hidden]]) -> None:
    for text, kind in words:
        _mark(uow, item, BlindDecision.HIDE, text, kind)
    uow.emit(WordsHidden(panel_id=item.panel_id, item_id=item.id, words=tuple(text for text, _ in words)))


def clear_file(uow: UnitOfWork, panel: Panel, item: PanelItem, attachment_id: int, readable: bool) -> None:
    """附件核查: somebody has looked into an attachment and lets the experts read it under a neutral name, or takes it
    back. What nobody has looked into stays closed."""
    _begin(uow, panel)
    found = next(
        (one for one in blind_item(uow.session, panel, item).files if one[0].id == attachment_id), None
    )
    if found is None:
        raise NotFound
    attachment, mark = found
    if readable and mark is None:
        _mark(uow, item, BlindDecision.FILE, str(attachment_id))
        uow.emit(BlindFileCleared(panel_id=panel.id, item_id=item.id, sha256=attachment.sha256))
    elif not readable and mark is not None:
        uow.session.delete(mark)
        uow.emit(BlindFileWithheld(panel_id=panel.id, item_id=item.id, sha256=attachment.sha256))
    uow.session.flush()


def withdraw_mark(uow: UnitOfWork, panel: Panel, mark: BlindMark) -> None:
    """撤销处理 of a draft: what was hidden by mistake is shown again, what was found harmless is open again."""
    lock(uow, panel)
    require(policy.may_withdraw_mark(uow.actor, panel.state, protocol_from(panel.protocol).blind))
    uow.emit(BlindDecisionWithdrawn(panel_id=panel.id, item_id=mark.item_id, words=(mark.text,)))
    uow.session.delete(mark)
    uow.session.flush()


def _begin(uow: UnitOfWork, panel: Panel) -> None:
    lock(uow, panel)
    require(policy.may_blind(uow.actor, panel.state, protocol_from(panel.protocol).blind))


def _mark(uow: UnitOfWork, item: PanelItem, what: BlindDecision, text: str, kind: str = "") -> None:
    """Puts a decision on record, once."""
    same = (BlindMark.item_id == item.id, BlindMark.what == what, BlindMark.text == text)
    if uow.session.scalar(select(BlindMark.id).where(*same)) is None:
        uow.session.add(
            BlindMark(
                panel_id=item.panel_id, item_id=item.id, what=what, text=text, kind=kind,
                decided_by=uow.actor.person_id, decided_at=uow.now,
            )
        )  # fmt: skip
        uow.session.flush()
