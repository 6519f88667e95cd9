"""What waits for whom, step by step, in two statements at most."""

from marketplace.bids.models import Bid
from marketplace.bids.operations import return_bid, revise_bid, send_to_head, withdraw_bid
from marketplace.bids.todos import ongoing_for, todos_for
from tests.support.bidding import draft_bid, pass_deadline, submit
from tests.support.world import World
from tests.topics.content import published_topic


def waiting(world: World, key: str) -> tuple[list[str], list[str]]:
    """The words of 待办 and 进行中."""
    actor = world.actor(key)
    with world.reading() as session, world.statements() as seen:
        lists = (todos_for(session, actor, world.clock.now), ongoing_for(session, actor, world.clock.now))
    assert len(seen) <= 2
    return [item.what for item in lists[0]], [item.what for item in lists[1]]


def test_each_step_waits_for_the_right_person(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id = published_topic(world)
    bid = (Bid, draft_bid(world, topic_id))
    assert waiting(world, "hangzhou_clerk") == (["填写揭榜申请"], [])
    world.do("hangzhou_clerk", send_to_head, bid)
    assert waiting(world, "hangzhou_clerk") == ([], ["待单位负责人提交"])
    assert waiting(world, "hangzhou_head") == (["审核并提交揭榜申请"], [])
    world.do("hangzhou_head", return_bid, bid, "改")
    assert waiting(world, "hangzhou_clerk") == (["按退回意见修改揭榜申请"], [])
    submit(world, bid[1])
    assert waiting(world, "hangzhou_clerk") == ([], ["已提交，等待截止启封"])
    world.do("hangzhou_head", withdraw_bid, bid, "改")
    assert waiting(world, "hangzhou_head") == (["已撤回，需要时重新提交"], [])
    world.do("hangzhou_head", revise_bid, bid)
    submit(world, bid[1])
    for key in ("officer", "ningbo_head", "auditor", "expert1", "sysadmin"):
        assert waiting(world, key) == ([], [])
    pass_deadline(world, topic_id)
    assert waiting(world, "hangzhou_clerk") == ([], ["已启封，评审中"])


def test_a_draft_left_over_waits_no_longer(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    draft_bid(sqlite_world, topic_id)
    pass_deadline(sqlite_world, topic_id)
    assert waiting(sqlite_world, "hangzhou_clerk") == ([], [])
