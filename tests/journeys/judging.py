"""Panel, scores, award; and the same panel's work on an outcome."""

import re

from sqlalchemy import select

from marketplace.reviews.models import Panel
from marketplace.reviews.operations import results
from marketplace.sample import players
from tests.journeys.bidding import OTHERS
from tests.journeys.people import Somebody
from tests.journeys.pointing import MAIN, Place
from tests.journeys.story import TOPIC, WINNER, Story

QUALITIES = {"杭州": 92, "宁波": OTHERS[0].quality, "安吉": OTHERS[1].quality}


def panel_is_convened(story: Story) -> None:
    """The officer convenes a panel, draws its members by lot and releases it."""
    with story.office.somebody("officer") as officer:
        officer.takes_up("组建评审组", TOPIC)
        officer.press("组建评审组")
        _drawn_and_released(officer, story)


def _drawn_and_released(officer: Somebody, story: Story) -> None:
    officer.press("随机抽取补足")
    officer.sees("人数和构成符合规则")
    officer.press("指定组长")
    officer.fill("评分截止时间", story.day_from_now(10))
    officer.press("确定评审组并开始评分")
    officer.sees("0 / 5 位专家已提交全部评分")


def _panel(story: Story) -> int:
    """The newest panel."""
    with story.office.world.reading() as session:
        return session.scalars(select(Panel.id).order_by(Panel.id.desc()).limit(1)).one()


def bids_are_scored(story: Story) -> None:
    """One expert declares and scores in the browser, the others follow."""
    panel = _panel(story)
    seats = players.seats(story.stage, panel)
    assert "recused_expert" not in {key for _, key in seats}
    _score_in_browser(story, seats[0][1])
    with story.stage.acting(None) as uow:
        items = uow.session.get_one(Panel, panel).items
        qualities = [next(q for name, q in QUALITIES.items() if name in item.label) for item in items]
    for seat, key in seats[1:]:
        players.confirm(story.stage, seat, key)
        players.score(story.stage, seat, key, qualities)


def _score_in_browser(story: Story, key: str) -> None:
    with story.office.somebody(key) as expert:
        expert.takes_up("确认是否需要回避", TOPIC)
        expert.tick("我已核对上述单位，承诺与其没有利害关系，独立、客观、公正评审，不泄露评审情况")
        expert.press("承诺并开始评分")
        mine = expert.path
        for number in range(3):
            expert.open(mine)
            expert.press("评分", within=Place("tr", number=number + 1))
            _marks(expert, next(q for name, q in QUALITIES.items() if name in expert.heading))
        expert.open(mine)
        expert.tick("我已核对全部评分，知道提交后不能修改")
        expert.press("提交全部评分")
        expert.sees("您的评分已全部提交")


def _marks(expert: Somebody, points: int) -> None:
    expert.fill_all("分数", str(points))
    expert.fill("总体意见", "内容完整，建议细化考核指标。")
    expert.press("保存")


def award_is_proposed(story: Story) -> None:
    """The officer forms the result and proposes the best."""
    with story.office.somebody("officer") as officer:
        officer.takes_up("汇总评审结果", TOPIC)
        officer.press("汇总并形成结果")
        officer.sees("评审排名", WINNER)
        officer.press("立项意见")
        officer.page.get_by_role("checkbox", name=re.compile(WINNER)).check()
        officer.fill("理由", "按评审结果排名择优确定。")
        officer.press("提交立项意见")
        officer.sees("等待复核的立项意见")


def award_is_confirmed(story: Story) -> None:
    """The approver confirms: the project stands at the winner's."""
    story.later(days=3)
    with story.office.somebody("approver") as approver:
        approver.takes_up("复核立项意见", TOPIC)
        approver.tick("我已核对评审排名和立项意见，确认后立即生效")
        approver.press("复核确认")
        approver.sees("立项决定")
    with story.office.somebody("hangzhou_clerk") as clerk:
        clerk.open("/workbench")
        clerk.goes_to("项目")
        clerk.press(TOPIC, within=MAIN)
        story.project = clerk.number_in_path(2)
        clerk.sees("实施方案与调研", "40%")


def acceptance_is_judged(story: Story) -> None:
    """The officer convenes the acceptance; the panel scores; the grade follows from the list's lines."""
    story.later(days=2)
    with story.office.somebody("officer") as officer:
        officer.takes_up("组织成果验收", TOPIC)
        officer.press("组织验收")
        _drawn_and_released(officer, story)
    panel = _panel(story)
    for seat, key in players.seats(story.stage, panel):
        players.confirm(story.stage, seat, key)
        players.score(story.stage, seat, key, [94])
    story.stage.do("officer", results.conclude_panel, (Panel, panel))
    with story.office.somebody("hangzhou_head") as head:
        head.open(f"/projects/{story.project}/outcome")
        head.sees("验收结果", "优秀")
