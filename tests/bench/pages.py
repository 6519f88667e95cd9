"""The pages under measurement: what is asked of ours, and what of the bare twin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from tests.bench.scene import PASSWORD, Ask, Scene

WORD = "公务用车"
SHEETS = 600
REPORTS = 40
DRAFTS = 100
EXPERTS = ("expert1", "expert2", "expert3")
CRITERIA = ("goals", "plan", "basis", "team", "milestones", "replication")
Asks = Callable[[Scene], Sequence[Ask]]


@dataclass(frozen=True, slots=True)
class Page:
    """One kind of request. ``once``: each ask can be made only once (it changes a state); ``apart``: each writes an
    object that one person writes at a time (two at once are a conflict, of which one is rightly refused)."""

    key: str
    label: str
    ours: Asks
    bare: Asks
    connections: int = 8
    once: bool = False
    apart: bool = False


def topic_list(_scene: Scene) -> list[Ask]:
    """The public list, as a visitor."""
    return [Ask("/topics")]


def topic(scene: Scene) -> list[Ask]:
    """A topic, as a visitor."""
    return [Ask(f"/topics/{scene.built.topic_code}")]


def workbench(scene: Scene) -> list[Ask]:
    """The officer's workbench."""
    return [scene.get("/workbench", "officer")]


def ranking(scene: Scene) -> list[Ask]:
    """The first fifty of 2,000 ranked bids."""
    return [scene.get(scene.url("reviews.panel", panel_id=scene.built.plan.large), "officer")]


def bare_ranking(scene: Scene) -> list[Ask]:
    return [Ask(f"/ranking/{scene.built.plan.large}")]


def bids(scene: Scene) -> list[Ask]:
    """The opened bids of a topic, as its officer reads them."""
    plan = scene.built.plan
    opened = next(iter(plan.opened))
    return [scene.get(scene.url("bids.of_topic", topic_id=opened), "officer")]


def bare_bids(scene: Scene) -> list[Ask]:
    return [Ask(f"/bids/{next(iter(scene.built.plan.opened))}")]


def board(scene: Scene) -> list[Ask]:
    """The milestones of all projects."""
    return [scene.get(scene.url("projects.board"), "officer")]


def bare_board(_scene: Scene) -> list[Ask]:
    return [Ask("/board")]


def sheets(scene: Scene) -> list[Ask]:
    """Score sheets of panels that are scoring, each with other marks."""
    plan = scene.built.plan
    scoring = [topic for topic in plan.opened if not plan.is_concluded(topic)]
    places = [
        (topic, item, seat) for topic in scoring for item in plan.bids(topic) for seat in range(len(EXPERTS))
    ]
    asks = []
    for number, (topic, item, seat) in enumerate(places[:SHEETS]):
        path = scene.url("reviews.save_sheet", seat_id=topic * 10 + seat, item_id=item)
        marks = {f"score_{code}": str(70 + (number + n) % 30) for n, code in enumerate(CRITERIA)}
        asks.append(scene.post(path, {**marks, "comment": "总体意见（示例）"}, EXPERTS[seat]))
    return asks


def bare_sheets(scene: Scene) -> list[Ask]:
    return [
        Ask(f"/sheets/{ask.path.split('/')[4]}{ask.path.split('/')[2][-1]}", form=ask.form)
        for ask in sheets(scene)
    ]


def reportable(scene: Scene, most: int) -> list[int]:
    """Milestones that the reporting clerk has still to report, the last ones of each project first."""
    plan = scene.built.plan
    own = [topic for topic in plan.awarded if plan.lead(topic, 0) == plan.reporter]
    return [topic * 10 + place for place in (3, 2, 1) for topic in own][:most]


SUMMARY = {
    "summary": "按计划完成了调研和草案起草，形成征求意见稿。" * 8,
    "no_evidence_reason": "材料以纸质形式另行报送（示例）",
}


def drafts(scene: Scene) -> list[Ask]:
    """Drafts of milestone reports."""
    return [
        scene.post(scene.url("projects.report_save", milestone_id=one), SUMMARY, "anji_clerk")
        for one in reportable(scene, DRAFTS)
    ]  # fmt: skip


def bare_drafts(scene: Scene) -> list[Ask]:
    return [Ask(f"/milestones/{one}/draft", form=SUMMARY) for one in reportable(scene, DRAFTS)]


def reports(scene: Scene) -> list[Ask]:
    """Reports of milestones: each can be handed in once."""
    return [
        scene.post(scene.url("projects.report_submit", milestone_id=one), SUMMARY, "anji_clerk")
        for one in reportable(scene, REPORTS)
    ]  # fmt: skip


def bare_reports(scene: Scene) -> list[Ask]:
    return [Ask(f"/milestones/{one}", form=SUMMARY) for one in reportable(scene, 2 * REPORTS)[REPORTS:]]


def search(_scene: Scene) -> list[Ask]:
    """A Chinese word, as a visitor."""
    return [Ask(f"/search?q={quote(WORD)}")]


def sign_in(scene: Scene) -> list[Ask]:
    """E-mail and password."""
    return [scene.post("/sign-in", {"email": "deqing.clerk@sample.example", "password": PASSWORD})]


def bare_sign_in(_scene: Scene) -> list[Ask]:
    return [Ask("/sign-in", form={"password": PASSWORD})]


def export(scene: Scene) -> list[Ask]:
    """2,000 scored bids as an Excel file."""
    return [scene.get(scene.url("reviews.export_ranking", panel_id=scene.built.plan.large), "officer")]


def bare_export(scene: Scene) -> list[Ask]:
    return [Ask(f"/export/{scene.built.plan.large}")]


def bare_workbench(_scene: Scene) -> list[Ask]:
    return [Ask("/workbench")]


PAGES = (
    Page("topics", "public list of topics", topic_list, topic_list),
    Page("topic", "a topic", topic, topic),
    Page("workbench", "officer's workbench", workbench, bare_workbench),
    Page("ranking", "ranking of 2,000 bids", ranking, bare_ranking),
    Page("bids", "bids of a topic", bids, bare_bids),
    Page("board", "milestone board", board, bare_board),
    Page("sheet", "saving a score sheet", sheets, bare_sheets, apart=True),
    Page("draft", "saving a milestone draft", drafts, bare_drafts, apart=True),
    Page("report", "reporting a milestone", reports, bare_reports, once=True),
    Page("search", "Chinese word search", search, search),
    Page("sign-in", "sign-in", sign_in, bare_sign_in),
    Page("export", "Excel of 2,000 scored bids", export, bare_export, connections=1),
)
