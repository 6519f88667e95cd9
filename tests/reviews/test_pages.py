"""Every page of reviewing as officer, auditor, member, other expert, recused expert, bureau and administrator."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import func, select

from marketplace.core.clock import to_beijing
from marketplace.experts.models import Expert
from marketplace.reviews import operations
from marketplace.reviews.models import Panel, PanelItem, ScoreSheet, Seat
from marketplace.reviews.queries.own import seat_for
from marketplace.reviews.workflow import PanelState, SeatState, SheetState
from tests.reviews.story import (
    CODES,
    FIVE,
    confirm,
    convene,
    item_ids,
    marks,
    name_head,
    release,
    score,
    scored_panel,
    scoring_panel,
    seat,
    seat_id,
    topic_with_bids,
)
from tests.support.world import World

OUTSIDERS = ("hangzhou_clerk", "hangzhou_head", "jiaxing_head", "sysadmin", "secadmin", "auditadmin")
SECRET = "保密意见不得外传"


def page(world: World, key: str | None, url: str) -> tuple[int, str]:
    response = world.browser(key).get(url)
    return response.status_code, response.get_data().decode(errors="replace")


def test_an_officer_takes_a_panel_from_convening_to_result(world: World) -> None:
    topic_id, _ = topic_with_bids(world)
    browser = world.browser("officer")
    assert "组建评审组" in browser.get("/panels").get_data(as_text=True)
    made = browser.post("/panels", {"topic_id": str(topic_id)})
    assert made.status_code == 302
    address = made.headers["Location"]
    text = browser.get(address).get_data(as_text=True)
    assert "专家癸（示例）" in text
    assert 'data-rule="own_unit"' in text
    assert browser.post(f"{address}/release", {"due_at": "2026-03-10T17:30"}).status_code == 403
    assert browser.post(f"{address}/draw").status_code == 302
    name_head(world, int(address.rsplit("/", 1)[1]))
    bad = browser.post(f"{address}/release", {"due_at": "2026-02-30T17:30"})
    assert bad.status_code == 422
    assert browser.post(f"{address}/release", {"due_at": "2026-03-10T17:30"}).status_code == 302
    panel_id = int(address.rsplit("/", 1)[1])
    with world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        assert panel.state == PanelState.SCORING
        assert panel.due_at is not None
        assert to_beijing(panel.due_at).isoformat() == "2026-03-10T17:30:00+08:00"
        people = {person: key for key, person in world.people.items()}
        members = [people[one.expert.person_id] for one in panel.seats]
    confirm(world, panel_id, *members)
    for key in members:
        score(world, panel_id, key, [marks(90), marks(80), marks(70)])
    assert browser.post(f"{address}/conclude").status_code == 302
    text = browser.get(address).get_data(as_text=True)
    assert "90.00" in text
    assert "SHA-256" in text


@pytest.mark.parametrize("state", ["draft", "scoring", "concluded"])
def test_who_sees_a_panel(sqlite_world: World, state: str) -> None:
    if state == "draft":
        panel_id = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
        seat(sqlite_world, panel_id, *FIVE)
    else:
        table = [[marks(90), marks(80), marks(70)] for _ in FIVE]
        panel_id = scored_panel(sqlite_world, table, conclude=state == "concluded")
    item = item_ids(sqlite_world, panel_id)[0]
    item_url, export_url = f"/panels/{panel_id}/items/{item}", f"/panels/{panel_id}/ranking.xlsx"
    open_now = state == "concluded"
    for key in ("officer", "officer2", "approver", "auditor"):
        status, text = page(sqlite_world, key, f"/panels/{panel_id}")
        assert status == 200, key
        assert ("90.00" in text) == open_now
        assert "的意见" not in text
        assert page(sqlite_world, key, item_url)[0] == (200 if open_now else 404)
        assert page(sqlite_world, key, export_url)[0] == (200 if open_now else 404)
    for key in FIVE:
        assert page(sqlite_world, key, f"/panels/{panel_id}")[0] == (200 if open_now else 404)
        assert page(sqlite_world, key, item_url)[0] == (200 if open_now else 404)
        assert page(sqlite_world, key, export_url)[0] == 403
    for key in ("expert6", "recused_expert"):
        assert page(sqlite_world, key, f"/panels/{panel_id}")[0] == 404
        assert page(sqlite_world, key, item_url)[0] == 404
    for key in OUTSIDERS if state == "concluded" else OUTSIDERS[:1]:
        for url in ("/panels", f"/panels/{panel_id}", item_url, export_url, "/reviews", "/manage/experts"):
            assert page(sqlite_world, key, url)[0] == 403, (key, url)
    for url in ("/panels", f"/panels/{panel_id}", "/reviews"):
        assert sqlite_world.browser().get(url).status_code in (302, 401, 403)


def test_no_mark_leaves_before_the_conclusion(sqlite_world: World) -> None:
    """Nothing an officer or another expert can open tells a mark or an opinion while the panel scores."""
    panel_id = scoring_panel(sqlite_world)
    table = [marks("91.5"), marks("92.5"), marks("93.5")]
    score(sqlite_world, panel_id, "expert1", table)
    first, item = seat_id(sqlite_world, panel_id, "expert1"), item_ids(sqlite_world, panel_id)[0]
    second = seat_id(sqlite_world, panel_id, "expert2")
    for key, url in (
        ("officer", f"/panels/{panel_id}"),
        ("officer", "/panels"),
        ("auditor", f"/panels/{panel_id}"),
        ("expert2", f"/reviews/{second}"),
        ("expert2", f"/reviews/{second}/items/{item}"),
    ):
        status, text = page(sqlite_world, key, url)
        assert status == 200
        for secret in ("91.5", "92.5", "expert1的意见"):
            assert secret not in text, (key, url)
    for key in ("expert2", "officer"):
        assert page(sqlite_world, key, f"/reviews/{first}/items/{item}")[0] in (403, 404)


def test_what_an_expert_sees_before_and_after_the_declaration(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    seat(sqlite_world, panel_id, *FIVE)
    mine, item = seat_id(sqlite_world, panel_id, "expert1"), item_ids(sqlite_world, panel_id)[0]
    expert = sqlite_world.browser("expert1")
    assert expert.get(f"/reviews/{mine}").status_code == 404
    assert "目前没有需要您评审的项目" in expert.get("/reviews").get_data(as_text=True)
    release(sqlite_world, panel_id)
    assert "待确认是否回避" in expert.get("/reviews").get_data(as_text=True)
    text = expert.get(f"/reviews/{mine}").get_data(as_text=True)
    assert "杭州市机关事务管理局" in text
    assert "实施方案" not in text
    assert expert.get(f"/reviews/{mine}/items/{item}").status_code == 404
    assert expert.post(f"/reviews/{mine}/confirm").status_code == 422
    assert expert.post(f"/reviews/{mine}/confirm", {"confirmed": "y"}).status_code == 302
    assert expert.get(f"/reviews/{mine}/items/{item}").status_code == 200
    for key in ("expert2", "recused_expert"):
        assert page(sqlite_world, key, f"/reviews/{mine}")[0] == 404


def test_a_recusal_by_form_hides_the_panel(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    mine, item = seat_id(sqlite_world, panel_id, "expert1"), item_ids(sqlite_world, panel_id)[0]
    expert = sqlite_world.browser("expert1")
    expert.get("/reviews")
    assert expert.post(f"/reviews/{mine}/recuse", {"reason": " "}).status_code == 422
    assert expert.post(f"/reviews/{mine}/recuse", {"reason": "曾任顾问（示例）"}).status_code == 302
    for url in (f"/reviews/{mine}", f"/reviews/{mine}/items/{item}", f"/panels/{panel_id}"):
        assert expert.get(url).status_code == 404
    assert "示例榜题" not in expert.get("/reviews").get_data(as_text=True)
    assert "曾任顾问（示例）" in page(sqlite_world, "officer", f"/panels/{panel_id}")[1]


def typed(value: str, **others: str) -> dict[str, str]:
    """The form of a sheet as a person fills it in."""
    given = {f"score_{code}": value for code in CODES} | {f"comment_{code}": "" for code in CODES}
    return {**given, "comment": "总体可行", "version": "0", **others}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"score_goals": "NaN"}, "请填写0至100的分数"),
        ({"score_goals": "101"}, "请填写0至100的分数"),
        ({"score_goals": "-1"}, "请填写0至100的分数"),
        ({"score_goals": "8.88"}, "请填写0至100的分数"),
        ({"score_goals": "1e1"}, "请填写0至100的分数"),
        ({"score_forged": "88"}, "没有这项评审指标"),
        ({"unable_goals": "y"}, "请清空分数"),
        ({"comment": "长" * 2001}, "2000"),
        ({"comment_plan": "长" * 1001}, "1000"),
    ],
)
def test_bad_marks_come_back_with_everything_typed(
    sqlite_world: World, change: dict[str, str], said: str
) -> None:
    panel_id = scoring_panel(sqlite_world)
    mine, item = seat_id(sqlite_world, panel_id, "expert1"), item_ids(sqlite_world, panel_id)[0]
    expert, url = sqlite_world.browser("expert1"), f"/reviews/{mine}/items/{item}"
    expert.get(url)
    answer = expert.post(url, typed("83", comment_basis="基础扎实", **change))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in text
    assert "基础扎实" in text
    assert 'value="83"' in text
    assert expert.post(f"{url}/autosave", typed("83", **change)).status_code == 422
    with sqlite_world.reading() as session:
        assert session.scalar(select(func.count()).select_from(ScoreSheet)) == 0


def test_a_sheet_by_form_and_by_autosave(world: World) -> None:
    panel_id = scoring_panel(world)
    mine, items = seat_id(world, panel_id, "expert1"), item_ids(world, panel_id)
    expert, url = world.browser("expert1"), f"/reviews/{mine}/items/{items[0]}"
    text = expert.get(url).get_data(as_text=True)
    assert f'data-autosave-url="{url}/autosave"' in text
    saved = expert.post(f"{url}/autosave", typed("70", score_plan=""))
    assert saved.status_code == 200
    assert saved.json is not None
    assert saved.json["version"] == 1
    assert expert.post(f"{url}/autosave", typed("71")).status_code == 409
    done = expert.post(url, typed("72", version="1", next="1"))
    assert done.headers["Location"] == f"/reviews/{mine}/items/{items[1]}"
    for position, item in enumerate(items[1:], 2):
        answer = expert.post(f"/reviews/{mine}/items/{item}", typed("75", next="1"))
        assert answer.status_code == 302, position
    assert answer.headers["Location"] == f"/reviews/{mine}"
    assert "提交全部评分" in expert.get(f"/reviews/{mine}").get_data(as_text=True)
    assert expert.post(f"/reviews/{mine}/submit").status_code == 422
    assert expert.post(f"/reviews/{mine}/submit", {"confirmed": "y"}).status_code == 302
    assert expert.post(url, typed("99", version="3")).status_code == 403
    shown = expert.get(url).get_data(as_text=True)
    assert "评分已提交，不能再修改" in shown
    assert "<textarea" not in shown
    with world.reading() as session:
        states = set(session.scalars(select(ScoreSheet.state)))
        assert states == {SheetState.SUBMITTED}


def test_incomplete_sheets_cannot_be_submitted_by_form(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    mine = seat_id(sqlite_world, panel_id, "expert1")
    score(
        sqlite_world, panel_id, "expert1", [marks(80), marks(80), {"goals": marks(80)["goals"]}], submit=False
    )
    expert = sqlite_world.browser("expert1")
    assert "还缺 5 处" in expert.get(f"/reviews/{mine}").get_data(as_text=True)
    answer = expert.post(f"/reviews/{mine}/submit", {"confirmed": "y"})
    assert answer.status_code == 422
    assert "评分还不完整" in answer.get_data(as_text=True)


def statements_of(world: World, key: str, method: str, url: str, data: dict[str, str] | None = None) -> int:
    browser = world.browser(key)
    browser.get("/reviews" if key.startswith("expert") else "/panels")
    with world.statements() as seen:
        answer = browser.get(url) if method == "get" else browser.post(url, data)
    assert answer.status_code in (200, 302), url
    return len(seen)


def test_saving_a_sheet_takes_at_most_six_statements(world: World) -> None:
    panel_id = scoring_panel(world)
    mine, item = seat_id(world, panel_id, "expert1"), item_ids(world, panel_id)[0]
    url = f"/reviews/{mine}/items/{item}"
    assert statements_of(world, "expert1", "post", url, typed("80")) <= 6
    assert statements_of(world, "expert1", "post", url, typed("81", version="1")) <= 6
    assert statements_of(world, "expert1", "post", f"{url}/autosave", typed("82", version="2")) <= 6


def grow(world: World, panel_id: int, items: int) -> None:
    """More scored items on a concluded panel, copied from its first."""
    with world.uow() as uow:
        model = uow.session.scalars(select(PanelItem).where(PanelItem.panel_id == panel_id).limit(1)).one()
        for n in range(items):
            uow.session.add(
                PanelItem(
                    panel_id=panel_id, position=100 + n, subject_id=10**9 + n, label=f"示例对象{n}",
                    organisation_id=model.organisation_id, parties=[], total=model.total, rank=100 + n,
                    trace=model.trace,
                )
            )  # fmt: skip


def test_the_ranking_costs_the_same_with_sixty_more_items(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, [[marks(90), marks(80), marks(70)] for _ in FIVE])
    urls = [
        f"/panels/{panel_id}",
        f"/panels/{panel_id}/ranking.xlsx",
        "/panels",
        f"/panels/{panel_id}?page=2",
    ]
    before = [statements_of(sqlite_world, "officer", "get", url) for url in urls]
    grow(sqlite_world, panel_id, 60)
    assert [statements_of(sqlite_world, "officer", "get", url) for url in urls] == before
    assert max(before) <= 10


def test_the_excel_file_holds_every_members_total(sqlite_world: World) -> None:
    table = [[marks(95 - 5 * n), marks(80), marks(70)] for n in range(5)]
    panel_id = scored_panel(sqlite_world, table)
    answer = sqlite_world.browser("officer").get(f"/panels/{panel_id}/ranking.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    rows = list(book.worksheets[0].values)
    assert rows[0][:3] == ("名次", "评审对象", "得分")
    assert rows[1][0] == 1
    assert rows[1][2] == 85
    assert sorted(rows[1][3:8]) == [75, 80, 85, 90, 95]
    assert rows[1][8:10] == (95, 75)
    assert book.worksheets[1]["A1"].value == "评审指标"


def test_the_vote_by_form(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, [[marks(90), marks(80), marks(80)] for _ in FIVE])
    _, second, third = item_ids(sqlite_world, panel_id)
    browser, url = sqlite_world.browser("officer"), f"/panels/{panel_id}"
    assert "有并列名次需要评审组表决" in browser.get(url).get_data(as_text=True)
    for wrong in ({f"place_{second}": "1", f"place_{third}": "1"}, {f"place_{second}": "x"}, {}):
        answer = browser.post(f"{url}/vote", {"reason": "表决（示例）", **wrong})
        assert answer.status_code == 422
        assert "表决（示例）" in answer.get_data(as_text=True)
    good = {f"place_{second}": "2", f"place_{third}": "1", "reason": "表决（示例）"}
    assert browser.post(f"{url}/vote", good).status_code == 302
    text = browser.get(url).get_data(as_text=True)
    assert "表决：表决（示例）" in text
    assert "有并列名次" not in text


def test_replacing_a_member_by_form(sqlite_world: World) -> None:
    panel_id = scoring_panel(sqlite_world)
    silent = seat_id(sqlite_world, panel_id, "expert5")
    sqlite_world.clock.forward(days=8)
    sqlite_world.tokens.clear()
    browser, url = sqlite_world.browser("officer"), f"/panels/{panel_id}"
    browser.get(url)
    assert browser.post(f"{url}/seats/{silent}/remove", {"reason": ""}).status_code == 422
    assert browser.post(f"{url}/seats/{silent}/remove", {"reason": "没有回音"}).status_code == 302
    assert browser.post(f"{url}/seats/999999/remove", {"reason": "没有回音"}).status_code == 404
    assert browser.post(f"{url}/members", {"experts": "abc"}).status_code == 422
    with sqlite_world.reading() as session:
        six = session.scalars(
            select(Expert.id).where(Expert.person_id == sqlite_world.people["expert6"])
        ).one()
    assert browser.post(f"{url}/members", {"experts": str(six)}).status_code == 302
    with sqlite_world.reading() as session:
        states = list(session.scalars(select(Seat.state).where(Seat.panel_id == panel_id).order_by(Seat.id)))
    assert states == [SeatState.CONFIRMED] * 4 + [SeatState.REMOVED, SeatState.INVITED]


@pytest.mark.parametrize("path", ["/panels", "/reviews/1/confirm", "/panels/1/conclude", "/manage/experts"])
def test_forms_need_the_token(sqlite_world: World, path: str) -> None:
    browser = sqlite_world.browser("officer" if "panels" in path or "experts" in path else "expert1")
    assert browser.client.post(path, data={}).status_code == 400


def test_both_languages(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, [[marks(90), marks(80), marks(80)] for _ in FIVE])
    item = item_ids(sqlite_world, panel_id)[0]
    urls = ("/panels", f"/panels/{panel_id}", f"/panels/{panel_id}/items/{item}", "/manage/experts")
    officer = sqlite_world.browser("officer", language="en")
    for url in urls:
        text = officer.get(url).get_data(as_text=True)
        assert 'lang="en"' in text
        assert "Ranking" in text or "Expert" in text or "Score" in text, url
    mine = seat_id(sqlite_world, panel_id, "expert1")
    text = sqlite_world.browser("expert1", language="en").get(f"/reviews/{mine}").get_data(as_text=True)
    words = re.sub(r"<[^>]+>", " ", text)
    assert "评分" not in words


def test_the_mails_of_a_panel(world: World) -> None:
    from marketplace.notifications.models import OutboxMail

    panel_id = scoring_panel(world)
    mine = seat_id(world, panel_id, "expert5")
    with world.uow("expert5") as uow:
        operations.recuse_seat(uow, seat_for(uow.session, uow.actor, mine), "示例原因")
    seat(world, panel_id, "expert6")
    confirm(world, panel_id, "expert6")
    for key in (*FIVE[:4], "expert6"):
        score(world, panel_id, key, [marks(80), marks(70), marks(60)])
    world.do("officer", operations.conclude_panel, (Panel, panel_id))
    with world.reading() as session:
        query = select(OutboxMail.kind, func.count()).group_by(OutboxMail.kind)
        counts = {kind: count for kind, count in session.execute(query)}
        invitation = session.scalars(
            select(OutboxMail.text_body).where(OutboxMail.kind == "panel_invitation").limit(1)
        ).one()
    assert counts == {"panel_invitation": 6, "seat_recused": 2, "sheets_complete": 2, "panel_concluded": 4}
    assert "2026年3月9日 星期一 09:00" in invitation


def test_the_invitation_says_when(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world)
    panel_id = convene(sqlite_world, topic_id)
    seat(sqlite_world, panel_id, *FIVE)
    name_head(sqlite_world, panel_id)
    due = sqlite_world.clock() + timedelta(days=3)
    sqlite_world.do("officer", operations.release_panel, (Panel, panel_id), due)
    text = page(sqlite_world, "expert1", "/reviews")[1]
    assert "2026年3月5日" in text
