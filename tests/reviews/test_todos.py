"""What the workbench tells experts and officers at each step, at a constant cost."""

from marketplace.reviews import operations
from marketplace.reviews.models import Panel
from marketplace.reviews.queries.own import seat_for
from marketplace.reviews.todos import ongoing_for, todos_for
from tests.reviews.story import FIVE, confirm, convene, marks, release, score, seat, seat_id, topic_with_bids
from tests.support.world import World


def lines(world: World, key: str) -> tuple[list[str], list[str]]:
    with world.reading() as session:
        actor, now = world.actor(key), world.clock()
        todo, running = todos_for(session, actor, now), ongoing_for(session, actor, now)
        return [item.what for item in todo], [item.what for item in running]


SCORING = "专家评分中，已收到%(done)s份评分表，共%(all)s份"


def test_each_step_is_on_the_right_workbench(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    assert lines(sqlite_world, "officer") == (["组建评审组"], [])
    panel_id = convene(sqlite_world, topic_id)
    assert lines(sqlite_world, "officer") == (["选定评审专家"], [])
    seat(sqlite_world, panel_id, *FIVE)
    assert lines(sqlite_world, "expert1") == ([], [])
    release(sqlite_world, panel_id)
    assert lines(sqlite_world, "officer") == ([], [SCORING])
    assert lines(sqlite_world, "expert1") == (["确认是否需要回避"], [])
    confirm(sqlite_world, panel_id, *FIVE)
    assert lines(sqlite_world, "expert1") == (["评分"], [])
    for key in FIVE[:4]:
        score(sqlite_world, panel_id, key, [marks(80)] * 3)
    assert lines(sqlite_world, "expert1") == ([], ["评分已提交，等待形成结果"])
    mine = seat_id(sqlite_world, panel_id, "expert5")
    with sqlite_world.uow("expert5") as uow:
        operations.recuse_seat(uow, seat_for(uow.session, uow.actor, mine), "示例原因")
    assert lines(sqlite_world, "expert5") == ([], [])
    assert lines(sqlite_world, "officer")[0] == ["补充评审专家"]
    seat(sqlite_world, panel_id, "expert6")
    confirm(sqlite_world, panel_id, "expert6")
    score(sqlite_world, panel_id, "expert6", [marks(80)] * 3)
    assert lines(sqlite_world, "officer")[0] == ["汇总评审结果"]
    sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))
    assert lines(sqlite_world, "officer") == (["评价专家履职，还有%(count)s位", "拟定专家组意见书"], [])
    for key in ("expert1", "expert6", "hangzhou_head", "sysadmin"):
        assert lines(sqlite_world, key) == ([], []), key


def test_the_cost_does_not_grow(sqlite_world: World) -> None:
    actors = [sqlite_world.actor(key) for key in ("officer", "expert1", "hangzhou_head")]
    counts = []
    for _ in range(2):
        for _ in range(2):
            topic_with_bids(sqlite_world)
            panel_id = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
            seat(sqlite_world, panel_id, *FIVE)
            release(sqlite_world, panel_id)
        with sqlite_world.reading() as session:
            found = []
            for actor in actors:
                with sqlite_world.statements() as seen:
                    todos_for(session, actor, sqlite_world.clock())
                    ongoing_for(session, actor, sqlite_world.clock())
                found.append(len(seen))
        counts.append(found)
    assert counts[0] == counts[1]
    assert counts[0][2] == 0
    assert max(counts[0]) <= 4
