"""The desk's pages: as officer, approver, auditor, bureau and visitor; bad input keeps what was typed."""

import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from marketplace.audit.models import AuditRow
from marketplace.topics.models import ChallengeList, Topic
from marketplace.topics.operations import return_topic, submit_topic
from marketplace.topics.todos import ongoing_for, todos_for
from tests.support.world import Browser, World
from tests.topics.content import make_list, make_topic, published_topic

SECTIONS = ("basics", "aims", "deliverables", "milestones", "budget", "terms")


def topic(world: World, topic_id: int) -> Topic:
    with world.reading() as session:
        return session.get_one(Topic, topic_id)


def fields(html: str) -> MultiDict[str, str]:
    """What a browser would send for the page's largest form."""
    form = max(re.findall(r"<form.*?</form>", html, re.S), key=len)
    found: list[tuple[str, str]] = []
    for tag in re.findall(r"<input[^>]*>|<textarea.*?</textarea>|<select.*?</select>", form, re.S):
        name = re.search(r'name="([^"]+)"', tag)
        if name is None or 'type="submit"' in tag:
            continue
        if "checkbox" in tag or "radio" in tag:
            if " checked" in tag:
                found.append((name[1], _attribute(tag, "value")))
        elif tag.startswith("<textarea"):
            found.append((name[1], _plain(tag.split(">", 1)[1].removesuffix("</textarea>")).lstrip("\r\n")))
        elif tag.startswith("<select"):
            chosen = re.search(r'<option selected value="([^"]*)"', tag)
            found.append((name[1], _plain(chosen[1]) if chosen else ""))
        else:
            found.append((name[1], _attribute(tag, "value")))
    return MultiDict(found)


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', tag)
    return _plain(found[1]) if found else ""


def _plain(text: str) -> str:
    for code, char in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(code, char)
    return text


def send(browser: Browser, page: str, to: str = "", drop: tuple[str, ...] = (), **changes: Any) -> Any:
    """Opens a page, changes some fields, sends its form."""
    data = fields(browser.get(page).text)
    for name in drop:
        data.poplist(name)
    for name, value in changes.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return browser.client.post(to or page, data=data)


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("key", ["officer", "approver", "auditor"])
def test_the_desk_opens_for_its_readers(sqlite_world: World, key: str, language: str) -> None:
    topic_id = published_topic(sqlite_world)
    make_topic(sqlite_world, make_list(sqlite_world, publish=False, code="2026-9"))
    browser = sqlite_world.browser(key, language)
    pages = ("/manage/lists", "/manage/lists/1", "/manage/lists/2", "/manage/topics", f"/manage/topics/{topic_id}",
             f"/manage/topics/{topic_id + 1}")  # fmt: skip
    for path in pages:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert "None" not in answer.text, path


@pytest.mark.parametrize(
    "key", ["hangzhou_clerk", "hangzhou_head", "expert1", "sysadmin", "secadmin", "auditadmin"]
)
def test_the_desk_is_closed_to_everybody_else(sqlite_world: World, key: str) -> None:
    topic_id = make_topic(sqlite_world, make_list(sqlite_world))
    browser = sqlite_world.browser(key)
    for path in ("/manage/lists", "/manage/topics", f"/manage/topics/{topic_id}", "/manage/topics.xlsx"):
        assert browser.get(path).status_code == 403, path


def test_a_visitor_is_asked_to_sign_in(sqlite_world: World) -> None:
    answer = sqlite_world.browser().get("/manage/topics")
    assert answer.status_code == 302
    assert "/sign-in" in answer.location


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_saved_as_it_is_changes_nothing(sqlite_world: World, section: str) -> None:
    topic_id = make_topic(sqlite_world, make_list(sqlite_world))
    before = topic(sqlite_world, topic_id)
    page = f"/manage/topics/{topic_id}/edit/{section}"
    answer = send(sqlite_world.browser("officer"), page, next="1")
    assert answer.status_code == 302
    assert topic(sqlite_world, topic_id).version == before.version


def test_a_draft_is_written_section_by_section_and_submitted(sqlite_world: World) -> None:
    make_list(sqlite_world)
    browser = sqlite_world.browser("officer")
    assert "在此榜单起草" in browser.get("/manage/topics/new").text
    made = browser.post("/manage/lists/1/topics")
    assert made.location == "/manage/topics/1/edit/basics"
    assert (
        "缺" in browser.get("/manage/topics/1/check").text
        or "还有" in browser.get("/manage/topics/1/check").text
    )
    edit = "/manage/topics/1/edit/"
    typed: dict[str, dict[str, Any]] = {
        "basics": {"title": "公务用车服务规范研制", "category": "标准制定", "field": "公务用车"},
        "aims": {"background": "各地要求不一。", "objectives-0-text": "形成统一要求"},
        "deliverables": {
            "deliverables-0-name": "规范文本", "deliverables-0-kind": "标准文本",
            "deliverables-0-acceptance": "通过审查\n\n附编制说明",
        },
        "milestones": {
            "duration_months": "12", "milestones-0-name": "草案", "milestones-0-month": "3",
            "milestones-0-evidence": "草案文本",
        },
        "budget": {"budget_min_fen": "10", "budget_max_fen": "20.50"},
        "terms": {"eligible_levels": ["municipal", "county"]},
    }  # fmt: skip
    for section, values in typed.items():
        assert send(browser, edit + section, next="1", **values).status_code == 302, section
    assert "全部项目都已填写完整" in browser.get("/manage/topics/1/check").text
    assert browser.post("/manage/topics/1/submit").status_code == 302
    found = topic(sqlite_world, 1)
    assert (found.state, found.budget_max_fen, found.eligible_levels) == (
        "in_approval", 20_500_000, ["municipal", "county"]
    )  # fmt: skip
    assert found.deliverables[0]["acceptance"] == ["通过审查", "附编制说明"]


@pytest.mark.parametrize(
    ("section", "values", "message"),
    [
        ("budget", {"budget_min_fen": "-1"}, "请填写0以上的金额"),
        ("budget", {"budget_min_fen": "NaN"}, "请填写0以上的金额"),
        ("budget", {"budget_min_fen": "30", "budget_max_fen": "20"}, "上限不能小于下限"),
        ("milestones", {"duration_months": "一年"}, "请填写整数"),
        ("milestones", {"milestones-0-month": "99"}, "请填写1到60个月"),
        ("terms", {"award_mode": "lottery"}, "请选择列出的一项"),
        ("terms", {"eligible_levels": ["company"]}, "请选择列出的一项"),
        ("terms", {"max_awardees": "9"}, "请填写1到5家"),
        ("basics", {"title": "长" * 130}, ""),
    ],
)
def test_bad_input_is_told_beside_its_field_and_kept(
    sqlite_world: World, section: str, values: dict[str, Any], message: str
) -> None:
    topic_id = make_topic(sqlite_world, make_list(sqlite_world))
    before = topic(sqlite_world, topic_id).version
    answer = send(sqlite_world.browser("officer"), f"/manage/topics/{topic_id}/edit/{section}", **values)
    assert answer.status_code == 422
    assert message in answer.text
    assert "<title>错误：" in answer.text
    for typed in values.values():
        if isinstance(typed, str) and typed != "lottery":
            assert typed in answer.text
    assert topic(sqlite_world, topic_id).version == before


def test_a_date_that_does_not_exist_is_refused(sqlite_world: World) -> None:
    topic_id = make_topic(sqlite_world, make_list(sqlite_world))
    page = f"/manage/topics/{topic_id}/edit/terms"
    answer = send(sqlite_world.browser("officer"), page, deadline="2026-02-30T10:00")
    assert answer.status_code == 422
    assert "2026-02-30T10:00" in answer.text


def test_two_people_on_one_section_meet_a_page_with_both_texts(sqlite_world: World) -> None:
    topic_id = make_topic(sqlite_world, make_list(sqlite_world))
    page = f"/manage/topics/{topic_id}/edit/basics"
    mine = sqlite_world.browser("officer")
    opened = fields(mine.get(page).text)
    send(sqlite_world.browser("officer2"), page, title="他人改的题目")
    opened.setlist("title", ["我改的题目"])
    answer = mine.client.post(page, data=opened)
    assert answer.status_code == 409
    assert "他人改的题目" in answer.text
    assert "我改的题目" in answer.text
    assert "榜题名称" in answer.text


def test_autosave_answers_the_new_version(sqlite_world: World) -> None:
    topic_id = make_topic(sqlite_world, make_list(sqlite_world))
    browser = sqlite_world.browser("officer")
    page = f"/manage/topics/{topic_id}/edit/basics"
    answer = send(browser, page, page + "/autosave", title="自动保存的题目")
    assert answer.status_code == 200
    found = topic(sqlite_world, topic_id)
    assert (found.title, found.version) == ("自动保存的题目", answer.json["version"])
    assert send(browser, page, page + "/autosave", title="长" * 200).status_code == 422
    assert send(browser, page, page + "/autosave", version="1", title="过时").status_code == 409


def test_rows_are_added_and_removed_without_script(sqlite_world: World) -> None:
    topic_id = make_topic(sqlite_world, make_list(sqlite_world))
    browser = sqlite_world.browser("officer")
    page = f"/manage/topics/{topic_id}/edit/deliverables"
    more = send(browser, page, **{"deliverables-add": "1"})
    assert more.status_code == 200
    assert "deliverables-3-name" in more.text
    fewer = send(browser, page, **{"deliverables-remove": "0"})
    assert "deliverables-2-name" not in fewer.text
    assert len(topic(sqlite_world, topic_id).deliverables) == 3


def test_the_approver_publishes_or_returns(sqlite_world: World) -> None:
    topic_id = make_topic(sqlite_world, make_list(sqlite_world))
    sqlite_world.do("officer", submit_topic, (Topic, topic_id))
    browser = sqlite_world.browser("approver")
    page = f"/manage/topics/{topic_id}/approval"
    assert "个可揭榜单位" in browser.get(page).text
    version = str(topic(sqlite_world, topic_id).version)
    unconfirmed = browser.post(f"/manage/topics/{topic_id}/approve", {"version": version})
    assert unconfirmed.status_code == 422
    assert "请勾选确认后再提交" in unconfirmed.text
    without_reason = browser.post(
        f"/manage/topics/{topic_id}/return", {"version": version, "sections": "budget"}
    )
    assert without_reason.status_code == 422
    assert "请写明理由" in without_reason.text
    late = {"version": version, "confirmed": "y", "publish_at": "2026-03-30T10:00"}
    assert browser.post(f"/manage/topics/{topic_id}/approve", late).status_code == 422
    done = browser.post(f"/manage/topics/{topic_id}/approve", {"version": version, "confirmed": "y"})
    assert done.status_code == 302
    assert topic(sqlite_world, topic_id).state == "open"
    again = browser.post(f"/manage/topics/{topic_id}/approve", {"version": version, "confirmed": "y"})
    assert again.status_code == 403


def test_an_amendment_is_previewed_and_announced(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    browser = sqlite_world.browser("approver")
    page = f"/manage/topics/{topic_id}/amend"
    nothing = send(browser, page, page + "/preview")
    assert nothing.status_code == 422
    assert "内容没有变化" in nothing.text
    preview = send(browser, page, page + "/preview", title="修改后的题目")
    assert preview.status_code == 200
    assert "<ins>修改后的题目</ins>" in preview.text
    assert topic(sqlite_world, topic_id).published_version == 1
    assert send(browser, page, title="修改后的题目").status_code == 422
    assert send(browser, page, title="修改后的题目", opinion="表述更准").status_code == 302
    assert topic(sqlite_world, topic_id).published_version == 2
    public = sqlite_world.browser().get("/topics/JB-2026-001").text
    assert "表述更准" in public
    assert "<ins>修改后的题目</ins>" in public


def test_withdrawing_asks_for_reason_and_confirmation(sqlite_world: World) -> None:
    topic_id = published_topic(sqlite_world)
    browser = sqlite_world.browser("approver")
    page = f"/manage/topics/{topic_id}/withdraw"
    assert browser.get(page).status_code == 200
    assert send(browser, page, opinion="条件变化").status_code == 422
    assert send(browser, page, opinion="条件变化", confirmed="y").status_code == 302
    assert topic(sqlite_world, topic_id).state == "withdrawn"
    assert browser.get(page).status_code == 403


def test_officers_change_rules_until_an_approver_freezes_them(sqlite_world: World) -> None:
    browser = sqlite_world.browser("officer")
    assert send(browser, "/manage/lists/new", title="", year="2026").status_code == 422
    assert send(browser, "/manage/lists/new", title="第二批榜单", year="2026").status_code == 302
    wrong = send(browser, "/manage/lists/1", "/manage/lists/1/rules", **{"bid_rubric-0-weight": "30"})
    assert wrong.status_code == 422
    assert "各项权重之和必须等于100" in wrong.text
    assert "权重合计 110" in wrong.text
    changes = {"bid_rubric-0-weight": "30", "bid_rubric-1-weight": "20", "panel_size": "7", "blind": "y"}
    assert send(browser, "/manage/lists/1", "/manage/lists/1/rules", **changes).status_code == 302
    with sqlite_world.reading() as session:
        rules = session.get_one(ChallengeList, 1).rules
    assert (rules["panel_size"], rules["bid_rubric"]["criteria"][0]["weight"], rules["blind"]) == (
        7,
        30,
        True,
    )
    assert browser.post("/manage/lists/1/publish").status_code == 403
    approver = sqlite_world.browser("approver")
    approver.get("/manage/lists/1")
    assert approver.post("/manage/lists/1/publish", {"version": "2"}).status_code == 302
    assert "已冻结" in sqlite_world.browser().get("/rules/2026-1").text
    assert browser.post("/manage/lists/1/rules", {"panel_size": "9"}).status_code in (403, 422)


def test_the_export_holds_text_numbers_and_leaves_its_trace(sqlite_world: World) -> None:
    list_id = make_list(sqlite_world)
    make_topic(sqlite_world, list_id, title="=1+1")
    answer = sqlite_world.browser("officer").get("/manage/topics.xlsx?q=JB-2026")
    assert answer.status_code == 200
    with ZipFile(BytesIO(answer.data)) as book:
        parts = "".join(book.read(name).decode() for name in book.namelist())
    (sheet,) = load_workbook(BytesIO(answer.data))
    assert sheet.title == "榜题清单"
    cells = [cell for row in sheet.rows for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"], "a text, not a formula"
    assert "<f>" not in parts
    with sqlite_world.reading() as session:
        [row] = session.scalars(select(AuditRow).where(AuditRow.action == "export")).all()
    assert row.subject_kind == "topic"


def test_the_desk_filters(sqlite_world: World) -> None:
    list_id = make_list(sqlite_world)
    make_topic(sqlite_world, list_id, 0)
    published_topic(sqlite_world, 3, list_id)
    browser = sqlite_world.browser("officer")
    for query, wanted in (("q=公物仓", {"JB-2026-002"}), ("state=draft", {"JB-2026-001"}),
                          ("state=nonsense", {"JB-2026-001", "JB-2026-002"}), ("q=没有这个词", set())):  # fmt: skip
        html = browser.get(f"/manage/topics?{query}").text
        assert set(re.findall(r"JB-2026-\d+", html.split("<table")[-1].split("</table>")[0])) == wanted, query


@pytest.mark.parametrize(
    ("path", "key"),
    [("/manage/topics", "officer"), ("/manage/lists", "officer"), ("/topics", None), ("/", None)],
)
def test_lists_cost_the_same_with_one_row_and_with_thirty(
    sqlite_world: World, path: str, key: str | None
) -> None:
    list_id = make_list(sqlite_world)
    published_topic(sqlite_world, 0, list_id)
    browser = sqlite_world.browser(key)
    browser.get(path)
    with sqlite_world.statements() as few:
        browser.get(path)
    for number in range(1, 24):
        published_topic(sqlite_world, number, list_id)
    for number in range(8):
        make_list(sqlite_world, code=f"2026-{number + 20}")
    with sqlite_world.statements() as many:
        browser.get(path)
    assert len(few) == len(many) <= 10


def test_todos_wait_for_the_right_person(sqlite_world: World) -> None:
    list_id = make_list(sqlite_world)
    submitted, returned = make_topic(sqlite_world, list_id), make_topic(sqlite_world, list_id, 1)
    for one in (submitted, returned):
        sqlite_world.do("officer", submit_topic, (Topic, one))
    sqlite_world.do("approver", return_topic, (Topic, returned), ["aims"], "请补充")
    published_topic(sqlite_world, 2, list_id)
    make_list(sqlite_world, publish=False, code="2026-7")

    def todos(key: str) -> list[tuple[str, int]]:
        with sqlite_world.reading() as session:
            items = todos_for(session, sqlite_world.actor(key), sqlite_world.clock.now)
        return [(item.what, next(iter(item.values.values()))) for item in items]

    assert todos("officer") == [("修改被退回的榜题", returned)]
    assert todos("approver") == [("审定榜题", submitted), ("核对规则并发布榜单", 2)]
    assert todos("officer2") == todos("hangzhou_clerk") == todos("expert1") == []
    with sqlite_world.reading() as session:
        running = ongoing_for(session, sqlite_world.actor("officer"), sqlite_world.clock.now)
    assert [item.what for item in running] == ["揭榜中"]
