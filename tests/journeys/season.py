"""Two outcomes judged, a pilot and a funding round published: what each step does at a browser."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from marketplace.cli.decision import bare_app
from marketplace.priority.models import MeetingAgenda, PriorityList
from marketplace.projects.models import Project
from marketplace.sample import players
from tests.journeys.people import Somebody
from tests.journeys.pointing import MAIN
from tests.journeys.story import Story
from tests.support.projects import delivered_project
from tests.support.rounds import held

PILOT = "省级专项试点（季末，示例）"
FUNDING = "标准化资金支持（季末，示例）"
KINDS = {PILOT: "省级专项试点（按单位排序）", FUNDING: "资金支持（按项目排序）"}


@dataclass
class Season:
    """Two projects by unit, their titles and panels, and where files may be put."""

    story: Story
    folder: Path
    projects: dict[str, int] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    panels: dict[str, int] = field(default_factory=dict)

    def somebody(self, key: str | None) -> AbstractContextManager[Somebody]:
        """A member of the cast at a browser."""
        return self.story.office.somebody(key)


def outcomes_are_delivered(season: Season) -> None:
    """Two units deliver their outcomes."""
    world = season.story.office.world
    for unit in ("hangzhou", "anji"):
        season.projects[unit] = delivered_project(world, unit)
        with world.reading() as session:
            season.titles[unit] = session.get_one(Project, season.projects[unit]).title


def panels_are_convened(season: Season) -> None:
    """The officer convenes both acceptance panels, draws the members by lot and lets the scoring begin."""
    for unit, title in season.titles.items():
        with season.somebody("officer") as officer:
            officer.takes_up("组织成果验收", title)
            officer.press("组织验收")
            officer.press("随机抽取补足")
            officer.sees("人数和构成符合规则")
            officer.press("指定组长")
            officer.fill("评分截止时间", season.story.day_from_now(10))
            officer.press("确定评审组并开始评分")
            officer.sees("0 / 5 位专家已提交全部评分")
            season.panels[unit] = officer.number_in_path(2)


def an_expert_recuses_herself(season: Season) -> None:
    """The head declares a conflict: from then on the panel does not exist for her; another is drawn, and another
    named head."""
    panel = season.panels["hangzhou"]
    seat, key = players.seats(season.story.stage, panel)[0]
    with season.somebody(key) as expert:
        expert.takes_up("确认是否需要回避", season.titles["hangzhou"])
        expert.fill("回避原因", "近两年为该单位提供过咨询（示例）。")
        expert.press("申明回避")
    assert season.story.office.world.browser(key).get(f"/reviews/{seat}").status_code == 404
    with season.somebody("officer") as officer:
        officer.open(f"/panels/{panel}")
        officer.sees("已回避")
        officer.press("随机抽取补足")
        officer.sees("0 / 5 位专家已提交全部评分", "评审组没有组长")
        officer.press("指定组长")
        officer.sees("本评审组组长")


def marks_lie_far_apart(season: Season) -> None:
    """The last of five finds the outcome much weaker than the others: an extra expert is called by the rule."""
    stage, panel = season.story.stage, season.panels["hangzhou"]
    seats = players.seats(stage, panel)
    for number, (seat, key) in enumerate(seats):
        players.confirm(stage, seat, key)
        players.score(stage, seat, key, [93 if number < 4 else 62])
    with season.somebody("officer") as officer:
        officer.open(f"/panels/{panel}")
        officer.sees("按规程增加的评审", "评分相差超过20分")
    ((seat, key),) = set(players.seats(stage, panel)) - set(seats)
    players.confirm(stage, seat, key)
    players.score(stage, seat, key, [93])


def results_are_formed(season: Season) -> None:
    """The other panel finds its outcome just as good; the officer forms both results and reads the analysis."""
    stage = season.story.stage
    for seat, key in players.seats(stage, season.panels["anji"]):
        players.confirm(stage, seat, key)
        players.score(stage, seat, key, [93])
    season.story.office.world.compute()
    for panel in season.panels.values():
        with season.somebody("officer") as officer:
            officer.open(f"/panels/{panel}")
            officer.press("汇总并形成结果")
            officer.open(f"/panels/{panel}/analysis")
            officer.sees("评分分析")
            officer.does_not_see("分析结果还没有算出来")


def rounds_are_announced(season: Season) -> None:
    """The officer draws up a round of each kind; the approver announces the rules, which are frozen then."""
    for title, kind in KINDS.items():
        with season.somebody("officer") as officer:
            officer.open("/priority/new")
            officer.tick(kind)
            officer.fill("名单名称", title)
            officer.fill("名额", "1")
            officer.press("保存并预览")
            if title == FUNDING:
                _terms(season, officer)
        with season.somebody("approver") as approver:
            approver.takes_up("公布轮次规则", title)
            approver.press("公布规则")
            approver.sees("规则已公布并冻结")


def _terms(season: Season, officer: Somebody) -> None:
    """Envelope and cut-off, to be announced with the rules of the round."""
    officer.press("查看资金安排")
    officer.press("拟定资金规则")
    officer.fill("年度", "2026")
    officer.fill("资金总额", "70")
    officer.fill("入选线（总分）", "65")
    officer.fill("申请截止（北京时间）", season.story.day_from_now(5))
    officer.press("保存资金规则")
    officer.sees("随轮次规则一并公布")


def money_is_asked_for(season: Season) -> None:
    """Both units ask, the heads submit."""
    for unit in season.projects:
        _ask(season, unit)


def _round(person: Somebody, title: str) -> None:
    person.open("/priority")
    person.press(title, within=MAIN)


def _ask(season: Season, unit: str) -> None:
    with season.somebody(f"{unit}_clerk") as clerk:
        _round(clerk, FUNDING)
        clerk.press("查看资金安排")
        clerk.press(season.titles[unit], within=MAIN)
        clerk.fill("申请金额", "50")
        clerk.fill("最低金额", "40")
        clerk.fill("资金用途", "设备与试点（示例）")
        clerk.press("保存资金申请")
        request = clerk.path
    with season.somebody(f"{unit}_head") as head:
        head.open(request)
        head.press("提交资金申请")
        head.sees("已提交")


def plan_is_computed(season: Season) -> None:
    """When the requests are closed, the worker ranks and plans: one envelope for one of the two."""
    season.story.later(days=6)
    for title in KINDS:
        with season.somebody("officer") as officer:
            _round(officer, title)
            officer.press("测算排序")
        season.story.office.world.compute()
    with season.somebody("officer") as officer:
        _round(officer, FUNDING)
        officer.press("查看资金安排")
        officer.press("测算资助方案")
        plan = officer.path
        officer.open(
            "/priority"
        )  # a page that waits for its computation would load itself anew at the same moment
        season.story.office.world.compute()
        officer.open(plan)
        officer.sees("建议资助 1 个项目", "按名次依次资助", "万元时可列入")


def meeting_decides(season: Season) -> None:
    """Two equal units and one place: the officer records the meeting and the approver confirms;
    till then nobody publishes."""
    open_ = _left_open(season)
    assert open_ > 0
    with season.somebody("approver") as approver:
        _round(approver, PILOT)
        approver.sees("还没有经两人确认的会议决定，不能发布")
    with season.somebody("officer") as officer:
        officer.takes_up("记录会议审议决定", PILOT)
        meeting = held(season.story.office.world)
        for number in range(open_):
            choice = "不入选" if number else "入选"
            officer.page.locator(f"#rows-{number}-selected").select_option(label=choice)
            officer.page.locator(f"#rows-{number}-reason").fill("会议研究决定（示例）")
        officer.page.locator("#meeting_name").fill(meeting.name)
        officer.page.locator("#meeting_on").fill(meeting.day)
        officer.press("提出会议决定")
        officer.sees("会议决定已提出，请另一人确认")
    with season.somebody("approver") as approver:
        approver.takes_up("确认会议审议决定", PILOT)
        approver.press("全部确认" if open_ > 1 else "确认会议意见")
        approver.sees("会议决定已确认")


def _left_open(season: Season) -> int:
    """How many candidates of the pilot round the figures leave to the meeting."""
    with season.story.office.world.reading() as session:
        query = select(MeetingAgenda).join(PriorityList).where(PriorityList.title == PILOT)
        return len(session.scalars(query).one().candidates)


def rounds_are_published(season: Season) -> None:
    """The approver publishes both; anybody who has the archive computes the same again, a changed one is found out."""
    for title in KINDS:
        with season.somebody("approver") as approver:
            approver.takes_up("发布优先名单", title)
            approver.press("冻结并发布")
            approver.press("第 1 号快照")
            approver.sees("核验通过")
            archive = approver.download("下载归档")
        _verify(season.folder / "list.zip", archive, 0)
        _verify(season.folder / "changed.zip", archive[:-200] + bytes(200), 2)


def _verify(path: Path, archive: bytes, exit_code: int) -> None:
    path.write_bytes(archive)
    done = bare_app().test_cli_runner().invoke(args=["decision", "verify", str(path)])
    assert done.exit_code == exit_code, done.output
