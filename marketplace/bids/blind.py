"""A bid read without its names, for blind panels (盲评材料): the same document, every text with its names hidden."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.bids.content import BidContent, content_from_dict
from marketplace.bids.models import Bid
from marketplace.bids.presentation import reading
from marketplace.bids.queries import FILE_OWNER, opened_by_id
from marketplace.bids.sections import FIELD_LABELS
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.files.models import Attachment
from marketplace.files.queries import attachments_of
from marketplace.organisations.models import Appointment, Organisation, Person
from marketplace.organisations.places import place_and_city
from marketplace.reviews.blind.leads import Passage
from marketplace.reviews.blind.names import Identity, Unit
from marketplace.reviews.blind.redaction import PLACEHOLDERS, Hidden
from marketplace.reviews.subjects import BlindSubject, Hide

Visit = Callable[[str, str], str]
"""Given the name of a field and its text: the text to show."""
NO_TEXT = ""
"""Instead of the name of a field: a neutral word that stands for the whole of it."""
PARTNER_TASKS = N_("承担任务")
PLAIN = (
    "leader_title",
    "understanding",
    "approach",
    "basis",
    "budget_statement",
    "organisation",
    "replication",
    "risks",
)
WHOLE_NAME = re.compile(r".{3,}(?:局|中心|院|校|大学|公司|集团|协会|学会|研究会|研究所)$")
"""A typed unit that is a name, not just 办公室."""
PHONES = re.compile(r"[\d()（）+ -]{7,}")


@dataclass(frozen=True, slots=True)
class Named:
    """A unit that is called by a neutral word."""

    name: str


@dataclass(frozen=True, slots=True)
class Partner:
    """参与单位 without its name."""

    organisation: Named
    task: str
    share_fen: int


@dataclass(frozen=True, slots=True)
class Disguised:
    """What stands for the bid in its document."""

    topic: Any
    lead: Named
    partners: tuple[Partner, ...]


@dataclass(frozen=True, slots=True)
class BlindBid:
    """One opened bid, its people and files."""

    bid: Bid
    content: BidContent
    people: tuple[tuple[str, str], ...]
    """Name and telephone of everybody who has acted for one of its units."""
    attachments: tuple[Attachment, ...]

    @property
    def identity(self) -> Identity:
        """Its units with their places, the people named in it and those who act for its units."""
        content = self.content
        typed = [_typed(member.unit) for member in content.team]
        return Identity(
            _unit(self.bid.lead),
            (*(_unit(one.organisation) for one in self.bid.partners), *(unit for unit in typed if unit)),
            tuple(
                name.strip()
                for name in (
                    content.leader_name,
                    *(m.name for m in content.team),
                    *(n for n, _ in self.people),
                )
                if name.strip()
            ),
            tuple(
                one for one in (content.leader_phone, *(p for _, p in self.people)) if PHONES.fullmatch(one)
            ),
        )

    @property
    def files(self) -> Sequence[Attachment]:
        return self.attachments

    def passages(self, hide: Hide) -> list[Passage]:
        """Every text of the document as it is shown."""
        found: list[Passage] = []

        def visit(where: str, text: str) -> str:
            shown = hide(text)
            if where and shown:
                found.append(Passage(where, shown))
            return shown

        self._disguised(visit)
        return found

    def document(self, hide: Hide, files: Sequence[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
        """The document that bidders and province read, with its names hidden."""
        bid, content = self._disguised(lambda _where, text: hide(text))
        withheld = len(self.attachments) - len(files)
        return "bids/_document.html", reading(bid, content, files, withheld)

    def _disguised(self, visit: Visit) -> tuple[Disguised, BidContent]:
        partner = Named(visit(NO_TEXT, PLACEHOLDERS[Hidden.PARTNER]))
        tasks = tuple(
            Partner(partner, visit(PARTNER_TASKS, one.task), one.share_fen) for one in self.bid.partners
        )
        lead = Named(visit(NO_TEXT, PLACEHOLDERS[Hidden.UNIT]))
        return Disguised(self.bid.topic, lead, tasks), without_names(self.content, visit)


def without_names(content: BidContent, visit: Visit) -> BidContent:
    """The form with every text as ``visit`` shows it; fields that hold nothing but a name are replaced whole."""
    person, unit, phone = (
        visit(NO_TEXT, PLACEHOLDERS[kind]) for kind in (Hidden.PERSON, Hidden.UNIT, Hidden.PHONE)
    )

    def said(field: str, text: str) -> str:
        return visit(FIELD_LABELS[field], text)

    plain: dict[str, Any] = {name: said(name, getattr(content, name)) for name in PLAIN}
    return replace(
        content,
        leader_name=content.leader_name and person,
        leader_phone=content.leader_phone and phone,
        indicators=_rows(content.indicators, ("name", "present", "target", "proof"), "indicators", said),
        milestones=tuple(
            replace(row, evidence=tuple(said("milestones", one) for one in row.evidence))
            for row in _rows(content.milestones, ("name", "deliverable", "responsible"), "milestones", said)
        ),
        team=tuple(
            replace(row, name=row.name and person, unit=row.unit and unit)
            for row in _rows(content.team, ("title", "field", "task"), "team", said)
        ),
        budget=_rows(content.budget, ("subject",), "budget", said),
        **plain,
    )


def _rows(rows: Iterable[Any], names: Collection[str], field: str, said: Visit) -> tuple[Any, ...]:
    return tuple(replace(row, **{name: said(field, getattr(row, name)) for name in names}) for row in rows)


def _unit(organisation: Organisation) -> Unit:
    places = place_and_city(organisation.division_code)
    return Unit(organisation.name, organisation.short_name, organisation.name_en, places)


def _typed(name: str) -> Unit | None:
    return Unit(name.strip()) if WHOLE_NAME.fullmatch(name.strip()) else None


def blind(session: Session, bid_ids: Sequence[int]) -> Mapping[int, BlindSubject]:
    """These opened bids by id, in four statements."""
    bids = opened_by_id(session, bid_ids)
    files = attachments_of(session, FILE_OWNER, list(bids))
    parties = {bid.id: {bid.lead_id, *(one.organisation_id for one in bid.partners)} for bid in bids.values()}
    people = _people(session, {unit for units in parties.values() for unit in units})
    return {
        key: BlindBid(
            bid, content_from_dict(bid.content),
            tuple(one for unit in sorted(parties[key]) for one in people.get(unit, ())), tuple(files[key]),
        )
        for key, bid in bids.items()
    }  # fmt: skip


def _people(session: Session, units: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """Unit → name and telephone of everybody who acts or has acted for it."""
    query = (
        select(Appointment.organisation_id, Person.name, Person.phone)
        .join(Person, Person.id == Appointment.person_id)
        .where(Appointment.organisation_id.in_(list(units)))
        .distinct()
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for unit, name, phone in session.execute(query):
        found.setdefault(unit, []).append((name, phone))
    return found
