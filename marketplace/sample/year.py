"""The sample year (示例年度): 25 topics on four lists, in every stage, brought there by the cast's own deeds."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.reviews.models import Panel
from marketplace.sample import offline, opinions, players, preferences
from marketplace.sample.funding import funding_round
from marketplace.sample.players import Bidder
from marketplace.sample.rounds import rankings
from marketplace.sample.stage import Scene, Stage
from marketplace.topics import operations as topics
from marketplace.topics.content import TopicContent
from marketplace.topics.models import ChallengeList, Topic
from marketplace.topics.reference import topics_from_json
from marketplace.topics.rules import rules_from_dict


@dataclass(frozen=True, slots=True)
class Life:
    """How far one topic gets. Days are relative to today; ``quality`` of the outcome makes the grade."""

    number: int
    published: int
    deadline: int
    bidders: tuple[Bidder, ...] = ()
    stop: str = "open"
    winners: int = 1
    outcome: int = 0
    pace: tuple[int, ...] = ()
    again: bool = False
    """Published once more, after nobody had bid for it."""


B = Bidder
LAST_YEAR = (
    Life(
        12, -462, -430, (B("hangzhou", 92, wan=18), B("ningbo", 84), B("canteen", 78)), "finished", outcome=93
    ),
    Life(
        9, -461, -431, (B("anji", 90, wan=6), B("deqing", 86), B("jingning", 71)), "finished", 2, outcome=85
    ),
    Life(10, -460, -428, (B("ningbo", 91, ("P-I1",), 12), B("wenzhou", 80)), "finished", outcome=86),
    Life(13, -459, -429, (B("wenzhou", 88, wan=15), B("quzhou", 82)), "passed"),
    Life(11, -458, -427, (B("shaoxing", 79), B("jiaxing", 74)), "finished", outcome=52),
    Life(2, -457, -426, (B("jiaxing", 90, ("P-C1",), 20), B("yiwu", 83)), "in_acceptance", outcome=88),
    Life(6, -456, -425, (B("vehicles", 89), B("shaoxing", 81)), "delivered"),
    Life(3, -300, -268, (B("huzhou", 93, ("P-U1",), 25), B("quzhou", 88), B("canteen", 80)), "running", 2),
    Life(4, -290, -258, (B("hangzhou", 91, wan=22), B("yiwu", 87), B("deqing", 84)), "running", 2),
    Life(7, -280, -250, (), "open"),
    Life(21, -275, -240, (), "withdrawn"),
)
THIS_YEAR = (
    Life(14, -72, -38, (B("ningbo", 90), B("shaoxing", 85), B("wenzhou", 79)), "proposed"),
    Life(22, -45, -2, (B("shaoxing", 86), B("jingning", 82), B("ningbo", 80)), "opened"),
    Life(15, -120, -88, (B("ningbo", 90, wan=30), B("canteen", 88), B("jingning", 76)), "running", 2),
    Life(16, -110, -78, (B("shaoxing", 92, wan=26), B("vehicles", 84)), "running"),
    Life(20, -28, 2, (B("huzhou", 88, ("P-I1", "330521"), 10), B("quzhou", 85, ("330300",), 8)), "open"),
    Life(23, -18, 12, (B("anji", 90), B("jingning", 80)), "amended"),
    Life(1, -1, 33, (), "open"),
    Life(24, 0, 45, (), "scheduled"),
    Life(5, 0, 45, (), "in_approval"),
    Life(8, 0, 50, (), "returned"),
)


SHARED = (
    Life(17, -71, -37, (B("yiwu", 91), B("hangzhou", 90), B("huzhou", 84)), "concluded"),
    Life(19, -69, -20, (B("wenzhou", 85), B("deqing", 83)), "panel"),
)
"""On a list by which three experts score each bid, and marks more than 15 points apart call another. The members say
first which bids they would score."""
BLIND = (
    Life(18, -70, -30, (B("jiaxing", 88), B("anji", 86), B("canteen", 80)), "scoring"),
    Life(7, -50, -8, (B("quzhou", 84), B("vehicles", 81)), "convened", again=True),
)
"""On a list whose bids are scored blindly. The second topic found no bidder last year; nobody has looked yet at what
in its bids may tell who wrote them."""
BATCHES: tuple[tuple[tuple[Life, ...], int, str, dict[str, Any]], ...] = (
    (LAST_YEAR, -470, "", {}),
    (THIS_YEAR, -125, "", {}),
    (SHARED, -124, "第二批", {"scores_per_item": 3, "disagreement": 15}),
    (BLIND, -123, "第三批", {"blind": True}),
)
"""The lists of the two years: their topics, when they are drawn up, their name, and what their rules change."""


def play_year(stage: Stage) -> int:
    """Plays the whole year; answers how many topics there are now."""
    contents = dict(enumerate((content for _, content in topics_from_json()), 1))
    scenes: list[Scene] = []
    for lives, days, batch, rules in BATCHES:
        stage.moment = stage.day(days)
        list_id = open_list(stage, stage.day(days).year, batch, rules)
        scenes += [life_of(stage, list_id, life, contents[life.number]) for life in lives]
    scenes += [rankings(stage), funding_round(stage)]
    stage.play(scenes)
    return sum(len(lives) for lives, *_ in BATCHES)


def open_list(stage: Stage, year: int, batch: str, own: Mapping[str, Any]) -> int:
    """The officer draws up a list, the approver publishes it."""
    with stage.acting("officer") as uow:
        drawn = topics.draft_list(
            uow, title=f"{year}年度{batch}机关事务标准化揭榜榜单（示例）", year=year, is_sample=True
        )
        list_id = drawn.id
        if own:
            topics.change_list_rules(uow, drawn, replace(rules_from_dict(drawn.rules), **own))
    stage.do("approver", topics.publish_list, (ChallengeList, list_id))
    return list_id


def life_of(stage: Stage, list_id: int, life: Life, content: TopicContent) -> Scene:
    """One topic from its draft to where it stops."""
    begin = min(life.published, 0) - 4
    yield stage.day(begin, 10)
    title = f"{content.title}（再次发榜）" if life.again else content.title
    text = replace(content, title=title, deadline=stage.day(life.deadline, 17, 30))
    with stage.acting("officer") as uow:
        drawn = topics.draft_topic(uow, uow.session.get_one(ChallengeList, list_id), text, is_sample=True)
        topic_id = drawn.id
    yield stage.day(begin + 1, 15)
    stage.do("officer", topics.submit_topic, (Topic, topic_id))
    yield from approval(stage, topic_id, life)
    if life.stop in {"in_approval", "returned", "scheduled"}:
        return
    if life.stop == "withdrawn":
        yield stage.day(life.published + 10, 11)
        stage.do(
            "approver", topics.withdraw_topic, (Topic, topic_id), "上级拟出台统一规定，本榜题不再单独组织。"
        )
        return
    if life.stop == "amended":
        yield stage.day(life.published + 5, 10)
        amend(stage, topic_id)
    bid_ids: list[int] = []
    yield from bidding(stage, topic_id, life, bid_ids)
    if life.stop in {"open", "amended"}:
        return
    yield from reviewing(stage, topic_id, life, bid_ids)


def approval(stage: Stage, topic_id: int, life: Life) -> Scene:
    """Approved and published, or not yet."""
    if life.stop == "in_approval":
        return
    if life.stop == "returned":
        yield stage.day(-2, 16)
        opinion = "交付成果的验收标准需要量化，请补充数量和时限。"
        stage.do("approver", topics.return_topic, (Topic, topic_id), ["deliverables"], opinion)
        return
    if life.stop == "scheduled":
        yield stage.day(-1, 16)
        stage.do("approver", topics.approve_topic, (Topic, topic_id), stage.day(5, 9))
        return
    yield stage.day(life.published, 9)
    stage.do("approver", topics.approve_topic, (Topic, topic_id))


def amend(stage: Stage, topic_id: int) -> None:
    """The approver announces a new version with one more objective."""
    with stage.acting("approver") as uow:
        topic = uow.session.get_one(Topic, topic_id)
        present = topics.content_of(topic)
        objectives = (*present.objectives, "形成节约管理的月度评价表，便于县级单位自查")
        topics.amend_topic(uow, topic, replace(present, objectives=objectives), "根据基层意见补充自查要求。")


def bidding(stage: Stage, topic_id: int, life: Life, bid_ids: list[int]) -> Scene:
    """Bureaus draft and ask their partners, heads submit; where the topic is still open the last bid stays a draft, or
    lies with its head."""
    still_open = life.deadline > 0
    first = max(life.published + 3, life.deadline - 20)
    for number, bidder in enumerate(life.bidders):
        yield stage.day(min(first + number, life.deadline - 1), 10, number)
        bid_ids.append(players.draft(stage, topic_id, bidder))
        if bidder.partners:
            players.ask_partners(stage, bidder, bid_ids[-1])
    for number, (bidder, bid_id) in enumerate(zip(life.bidders, bid_ids, strict=True)):
        if still_open and number == len(life.bidders) - 1:
            if life.stop == "amended":
                yield stage.day(-1, 17)
                players.send(stage, bidder, bid_id)
            return
        yield stage.day(min(first + 6 + number, life.deadline - 1 if not still_open else -1), 16, number)
        if bidder.partners:
            players.agree(stage, bidder, bid_id)
        players.send(stage, bidder, bid_id)
        players.submit(stage, bidder, bid_id)


def reviewing(stage: Stage, topic_id: int, life: Life, bid_ids: Sequence[int]) -> Scene:
    """Opening at the deadline, panel, scores, award."""
    yield stage.day(life.deadline, 17, 31)
    stage.run_jobs()
    if life.stop == "opened":
        return
    yield stage.day(life.deadline + 3, 10)
    panel_id = players.convene(stage, topic_id, seed=life.number)
    if life.stop == "convened":
        return
    if life.stop == "panel":
        players.ask_for_recusals(stage, topic_id, life.bidders[0], bid_ids[0])
        yield stage.day(-5, 10)
        preferences.ask(stage, panel_id, 14)
        preferences.say(stage, panel_id, 3)
        return
    if life in SHARED:
        preferences.ask(stage, panel_id, 1)
        preferences.say(stage, panel_id, 4)
        players.assign(stage, panel_id)
    if life in BLIND:
        players.check_names(stage, panel_id)
    yield stage.day(life.deadline + 4, 10)
    players.release(stage, panel_id, 40 if life.stop == "scoring" else 12)
    yield stage.day(life.deadline + 8, 14)
    qualities = qualities_in_order(stage, panel_id, life, bid_ids)
    if life.stop == "scoring":
        present = players.seats(stage, panel_id)[:4]
        for seat_id, key in present:
            players.confirm(stage, seat_id, key)
        for seat_id, key in present[:3]:
            players.score(stage, seat_id, key, qualities)
        players.score_offline(stage, *present[3], qualities)
        players.propose_reopening(stage, panel_id)
        yield stage.day(-1, 15)
        offline.bring_back(stage, *present[3])
        return
    players.judged(stage, panel_id, qualities, astray=life in SHARED)
    if life.stop == "concluded":
        opinions.drafted(stage, panel_id)
        return
    players.rate(stage, panel_id)
    if life.stop == "proposed":
        opinions.concluded(stage, panel_id)
    yield stage.day(life.deadline + 12, 9)
    decision_id = players.propose(stage, topic_id, bid_ids[: life.winners])
    if life.stop == "proposed":
        return
    yield stage.day(life.deadline + 14, 15)
    players.settle(stage, decision_id)
    yield from working(stage, topic_id, life)


def qualities_in_order(stage: Stage, panel_id: int, life: Life, bid_ids: Sequence[int]) -> list[int]:
    """How good each item is, in the panel's own order."""
    known = {bid_id: bidder.quality for bidder, bid_id in zip(life.bidders, bid_ids, strict=True)}
    with stage.acting(None) as uow:
        return [known[item.subject_id] for item in uow.session.get_one(Panel, panel_id).items]


def working(stage: Stage, topic_id: int, life: Life) -> Scene:
    """Each project of the topic goes its own way from here."""
    projects = players.projects_of(stage, topic_id)
    for place, bidder in enumerate(life.bidders[: life.winners]):
        lead = stage.organisation_of(f"{bidder.key}_clerk")
        stage.begin(project_life(stage, topic_id, life, place, bidder.key, projects[lead]))
    yield stage.moment


def project_life(stage: Stage, topic_id: int, life: Life, place: int, key: str, project_id: int) -> Scene:
    """One project: its milestones, its outcome, its acceptance."""
    yield from milestones(stage, key, project_id, slow=place == 1 and life.stop == "running")
    if life.stop in {"running", "passed"}:
        return
    yield stage.moment_after(1)
    outcome_id = players.deliver(stage, key, project_id)
    yield from accepting(stage, life, outcome_id, life.outcome - 14 * place)


def milestones(stage: Stage, key: str, project_id: int, *, slow: bool) -> Scene:
    """Milestones reported four days early and checked; a slow unit misses its latest one."""
    due = [m for m in players.milestones_of(stage, project_id) if m[1] <= stage.now]
    for number, (milestone_id, due_at, name) in enumerate(due):
        last = number == len(due) - 1
        if slow and last:
            return
        yield max(stage.moment, due_at - timedelta(days=4))
        players.report(stage, key, milestone_id, name)
        if slow and number == 0:
            yield stage.moment_after(2)
            players.check(stage, milestone_id, "缺少调研单位清单，请补充后重新提交。")
            yield stage.moment_after(3)
            players.report(stage, key, milestone_id, name)
        yield stage.moment_after(3)
        players.check(stage, milestone_id)


def accepting(stage: Stage, life: Life, outcome_id: int, quality: int) -> Scene:
    """An acceptance panel scores the outcome."""
    if life.stop == "delivered":
        return
    yield stage.moment_after(5)
    panel_id = players.convene_acceptance(stage, outcome_id, seed=100 + life.number)
    players.release(stage, panel_id, 30)
    yield stage.moment_after(5)
    if life.stop == "in_acceptance":
        for seat_id, key in players.seats(stage, panel_id)[:2]:
            players.confirm(stage, seat_id, key)
            players.score(stage, seat_id, key, [quality])
        return
    players.judged(stage, panel_id, [quality])
    players.rate(stage, panel_id)
