"""Priority rounds for tests, brought where they are wanted by the people who would do it."""

from datetime import datetime

from marketplace.priority.models import PriorityList
from marketplace.priority.operations import announce_list, compute_list, draft_list, publish_list
from marketplace.priority.rules import RoundRules
from tests.support.staging import staged
from tests.support.world import World

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
    key = computed(world, announced(world, kind, places, rules))
    world.do("approver", publish_list, key)
    return key
