"""Where a blind panel stands: each item with its names hidden, the leads that are open, and what was decided."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.core.dataclass import dataclass
from marketplace.files.models import Attachment
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.organisations.places import places
from marketplace.reviews.blind.kept import KEPT, fingerprint
from marketplace.reviews.blind.leads import Known, Lead, leads_in
from marketplace.reviews.blind.names import ORDINARY, doubtful_names, terms_of
from marketplace.reviews.blind.redaction import Hidden, Redactor, Term
from marketplace.reviews.models import BlindMark, Panel, PanelItem
from marketplace.reviews.subjects import SUBJECTS, BlindSubject
from marketplace.reviews.workflow import BlindDecision, SubjectKind

OFFICES = (OrganisationKind.PROVINCE, OrganisationKind.DIVISION, OrganisationKind.REGULATOR)
"""Whose names tell nothing of who bids."""


@dataclass
class BlindItem:
    """One item of a blind panel (盲评材料)."""

    item: PanelItem
    subject: BlindSubject
    marks: Sequence[BlindMark]
    known: Known

    @cached_property
    def terms(self) -> list[Term]:
        """Its names and the words that somebody has added."""
        added = [Term(mark.text, Hidden(mark.kind)) for mark in self.of(BlindDecision.HIDE)]
        return [*added, *terms_of(self.subject.identity)]

    @cached_property
    def redactor(self) -> Redactor:
        """Hides them."""
        return Redactor(self.terms)

    @cached_property
    def open_leads(self) -> list[Lead]:
        """泄露线索 about which nobody has decided. Texts that were looked through once are not again."""
        own = Known(self.known.units, (*self.known.places, *doubtful_names(self.subject.identity.places)))
        key = fingerprint(self.subject.passages(str), self.terms, own)
        found = KEPT.get(key, lambda: leads_in(self.subject.passages(self.redactor.hide), own))
        harmless = {mark.text for mark in self.of(BlindDecision.HARMLESS)}
        return [lead for lead in found if mark_text(lead) not in harmless]

    def of(self, what: BlindDecision) -> list[BlindMark]:
        """What was decided, the oldest first."""
        return [mark for mark in self.marks if mark.what == what]

    @property
    def files(self) -> list[tuple[Attachment, BlindMark | None]]:
        """Each attachment, with the decision that experts may read it if there is one."""
        cleared = {mark.text: mark for mark in self.of(BlindDecision.FILE)}
        return [(one, cleared.get(str(one.id))) for one in self.subject.files]

    def document(
        self, files: Sequence[dict[str, Any]], spoken: Callable[[str], str]
    ) -> tuple[str, dict[str, Any]]:
        """Template and context of what an expert reads; ``spoken`` says the neutral words in her language."""
        return self.subject.document(lambda text: spoken(self.redactor.hide(text)), files)


def mark_text(lead: Lead) -> str:
    """How a decision about a lead is stored."""
    return lead.key[:200]


def blind_items(session: Session, panel: Panel, items: Sequence[PanelItem]) -> list[BlindItem]:
    """These items of a blind panel, in a constant number of statements."""
    port = SUBJECTS[SubjectKind(panel.subject_kind)]
    if port.blind is None or not items:
        return []
    subjects = port.blind(session, [item.subject_id for item in items])
    marks = _marks(session, items)
    known = _known(session)
    return [BlindItem(item, subjects[item.subject_id], marks.get(item.id, ()), known) for item in items]


def blind_item(session: Session, panel: Panel, item: PanelItem) -> BlindItem:
    """One of them."""
    return blind_items(session, panel, [item])[0]


def open_leads(session: Session, panel: Panel, items: Sequence[PanelItem]) -> int:
    """How many leads of a blind panel nobody has decided about."""
    return sum(len(one.open_leads) for one in blind_items(session, panel, items))


def _marks(session: Session, items: Sequence[PanelItem]) -> Mapping[int, list[BlindMark]]:
    query = (
        select(BlindMark)
        .where(BlindMark.item_id.in_([item.id for item in items]))
        .order_by(BlindMark.id)
        .options(joinedload(BlindMark.person))
    )
    found: dict[int, list[BlindMark]] = {}
    for mark in session.scalars(query):
        found.setdefault(mark.item_id, []).append(mark)
    return found


def _known(session: Session) -> Known:
    """All units but the province's own offices, and all places: what is left of them in a text may tell who wrote."""
    units = session.scalars(select(Organisation.name).where(Organisation.kind.not_in(OFFICES))).all()
    short = [place.short for place in places().values() if place.short not in ORDINARY]
    return Known(units, (*(place.name for place in places().values()), *short))
