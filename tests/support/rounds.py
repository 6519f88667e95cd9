"""Priority rounds for tests, brought where they are wanted by the people who would do it."""

from datetime import datetime

from marketplace.core.clock import beijing_date
from marketplace.priority.decisions import Typed, confirm_decisions, propose_decisions
from marketplace.priority.deliberation import Standing, standing_of
from marketplace.priority.held import Held
from marketplace.priority.models import MeetingDecision, PriorityList
from marketplace.priority.operations import announce_list, compute_list, draft_list, publish_list
from marketplace.priority.rules import RoundRules
from tests.support.staging import staged
from tests.support.world import World

MEETING = "2026年第3次局长办公会（示例）"
Key = tuple[type[PriorityList], int]


@staged
def drafted(
    world: World, kind: str = "pilot", places: int = 1, rules: RoundRules | None = None,
    declare_until: datetime | None = None,
) -> Key:  # fmt: skip
    """A draft of the officer."""
    plist = world.do(
        "officer", draft_list, kind, "2026年度名单（示例）", places, rules or RoundRules(), declare_until
    )
    return (PriorityList, plist.id)


@staged
def announced(
    world: World, kind: str = "pilot", places: int = 1, rules: RoundRules | None = None,
    declare_until: datetime | None = None,
) -> Key:  # fmt: skip
    """Its rules announced by the approver."""
    key = drafted(world, kind, places, rules, declare_until)
    world.do("approver", announce_list, key)
    return key


@staged
def computed(world: World, key: Key) -> Key:
    """The ranking computed by the worker."""
    world.do("officer", compute_list, key)
    world.compute()
    return key


@staged
def published(world: World, kind: str = "pilot", places: int = 1, rules: RoundRules | None = None) -> Key:
    """Snapshot 1 is out."""
    key = decided(world, computed(world, announced(world, kind, places, rules)))
    world.do("approver", publish_list, key)
    return key


def decided(world: World, key: Key, *keys: str) -> Key:
    """What the figures leave open decided by the meeting: the named candidates selected, without names by rank."""
    with world.reading() as session:
        plist = session.get_one(*key)
        standing = standing_of(session, plist, world.clock())
        places = plist.places
    rows = standing.agenda if isinstance(standing, Standing) else []
    typed = [
        Typed(row["key"], row["key"] in keys if keys else row["rank"] <= places, "会议研究决定（示例）")
        for row in rows
    ]
    if typed:
        made = world.do("officer", propose_decisions, key, typed, held(world))
        confirm(world, key, [one.id for one in made])
    return key


def held(world: World) -> Held:
    """A meeting of this day."""
    return Held(MEETING, beijing_date(world.clock()))


def confirm(world: World, key: Key, ids: list[int], who: str = "approver") -> None:
    """By the second person."""
    with world.uow(who) as uow:
        chosen = [uow.session.get_one(MeetingDecision, one) for one in ids]
        confirm_decisions(uow, uow.session.get_one(*key), chosen)
