"""How an expert's sheets stand on the server now, for writing a workbook and for comparing one with them."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from marketplace.core.actor import Actor
from marketplace.core.dataclass import dataclass
from marketplace.core.verdict import Verdict
from marketplace.reviews.models import PanelItem, ScoreSheet, Seat
from marketplace.reviews.offline.identity import Content, Identity, content_of, rules_hash
from marketplace.reviews.offline.reading import MOST_ITEMS
from marketplace.reviews.policy import may_score
from marketplace.reviews.queries.own import anchor_pending, own_items
from marketplace.reviews.workflow import SheetState
from marketplace.topics.rules import Rubric, rubric_from_dict


@dataclass(frozen=True, slots=True)
class Standing:
    """One item before the expert: what stands on its sheet, and whether she may score it now."""

    item: PanelItem
    sheet: ScoreSheet | None
    content: Content
    scoring: Verdict

    @property
    def version(self) -> int:
        return 0 if self.sheet is None else self.sheet.version

    @property
    def workbook(self) -> str | None:
        return None if self.sheet is None else self.sheet.workbook


@dataclass(frozen=True, slots=True)
class Desk:
    """评分台: everything one expert scores on a panel, by item, in the panel's order."""

    seat: Seat
    rubric: Rubric
    items: Mapping[int, Standing]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(criterion.code for criterion in self.rubric.criteria)

    @property
    def open(self) -> list[Standing]:
        """What can be scored now: not submitted, and not waiting for the item all score first."""
        return [one for one in self.items.values() if one.scoring]

    @property
    def held(self) -> bool:
        """Whether some wait for the item all score first."""
        submitted = SheetState.SUBMITTED
        return any(
            not one.scoring and (one.sheet is None or one.sheet.state != submitted)
            for one in self.items.values()
        )

    @property
    def offered(self) -> list[Standing]:
        """What goes into one workbook."""
        return self.open[:MOST_ITEMS]


def desk_of(session: Session, actor: Actor, seat: Seat) -> Desk:
    """Two statements at most."""
    rubric, first = rubric_from_dict(seat.panel.rubric), anchor_pending(session, seat)
    codes = tuple(criterion.code for criterion in rubric.criteria)
    found = {}
    for item, sheet in own_items(session, seat):
        state = None if sheet is None else sheet.state
        held = first is not None and first != item.id
        verdict = may_score(actor, seat.expert.person_id, seat.panel.state, seat.state, state, held)
        content = content_of(
            {} if sheet is None else sheet.marks, "" if sheet is None else sheet.comment, codes
        )
        found[item.id] = Standing(item, sheet, content, verdict)
    return Desk(seat, rubric, found)


def identity_of(desk: Desk, name: str) -> Identity:
    """How the sheets of a new workbook stand."""
    stood = {one.item.id: (one.version, one.content.digest()) for one in desk.offered}
    return Identity(desk.seat.id, desk.seat.panel_id, rules_hash(desk.seat.panel), name, stood)
