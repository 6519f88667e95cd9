"""The chair's page as everybody, in both languages, with bad input, with a constant number of statements."""

import re

import pytest

from marketplace.reviews import operations
from marketplace.reviews.models import Panel
from tests.reviews.analysis.test_operations import TABLE, disputed_panel
from tests.reviews.story import FIVE, head_key, item_ids, marks, scored_panel
from tests.support.world import World


def page(world: World, key: str, panel_id: int, language: str | None = None) -> tuple[int, str]:
    answer = world.browser(key, language).get(f"/panels/{panel_id}/analysis")
    return answer.status_code, answer.get_data(as_text=True)


def words(text: str) -> str:
    return re.sub(r"<[^>]+>", " ", text)


def test_who_sees_severity(sqlite_world: World) -> None:
    panel_id = disputed_panel(sqlite_world)
    for key in ("officer", "approver"):
        status, text = page(sqlite_world, key, panel_id)
        assert status == 200
        assert "专家甲（专家" in text
    status, text = page(sqlite_world, "auditor", panel_id)
    assert status == 200
    assert "专家甲" in text
    assert "专家甲（" not in words(text).split("评审会记录")[0].replace("专家甲（示例）", "")
    assert "重新分析" not in text
    others = [key for key in (*FIVE, "expert6") if key != head_key(sqlite_world, panel_id)]
    for key in others:
        assert page(sqlite_world, key, panel_id)[0] == 404, key
    for key in ("hangzhou_clerk", "sysadmin", "secadmin", "auditadmin"):
        assert page(sqlite_world, key, panel_id)[0] == 403, key
    assert sqlite_world.browser().get(f"/panels/{panel_id}/analysis").status_code in (302, 401)


def test_nothing_before_the_result(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, TABLE, conclude=False)
    sqlite_world.compute()
    for key in ("officer", "approver", "auditor"):
        assert page(sqlite_world, key, panel_id)[0] == 404
    sqlite_world.do("officer", operations.conclude_panel, (Panel, panel_id))
    assert page(sqlite_world, "officer", panel_id)[0] == 200


def test_every_figure_has_its_sentence(sqlite_world: World) -> None:
    panel_id = disputed_panel(sqlite_world)
    text = page(sqlite_world, "officer", panel_id)[1]
    for said in (
        "无需校正", "公布得分（正式）", "90.00", "84.00", "+6.00", "超过3分", "需会议审议", "两种结果不一致，须表决",
        "换一组同样水平的专家来评", "0.667以下不可靠", "只有偏离超过误差的两倍",
    ):  # fmt: skip
        assert said in text, said
    for picture in ("plot-marks", "plot-ranks", "plot-heat"):
        drawn = text.split(f'id="{picture}"')[1].split("</figure>")[0]
        assert 'role="img"' in drawn
        assert "<title id=" in drawn
        assert "<desc id=" in drawn
        assert "<table" in drawn
    assert "style=" not in text.split("<main")[1]


def test_the_page_without_analysis_says_that_nothing_waits(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, TABLE)
    text = page(sqlite_world, "officer", panel_id)[1]
    assert "分析结果还没有算出来" in text
    assert "排队等待计算" in text
    assert f"/panels/{panel_id}/analysis" in sqlite_world.browser("officer").get(
        f"/panels/{panel_id}"
    ).get_data(as_text=True)


def test_voting_and_writing_by_form(sqlite_world: World) -> None:
    panel_id = disputed_panel(sqlite_world)
    first, second, third = item_ids(sqlite_world, panel_id)
    officer, url = sqlite_world.browser("officer"), f"/panels/{panel_id}/analysis"
    officer.get(url)
    good = {"item": str(first), "yes": "4", "no": "1", "abstain": "0", "reason": "多数同意（示例）"}
    for wrong, said in (
        ({"yes": "x"}, "请填写整数"),
        ({"yes": ""}, "请填写票数"),
        ({"yes": "9"}, "三项票数之和"),
        ({"reason": " "}, "请填写表决情况和理由"),
        ({"item": str(third)}, "field-error"),
    ):
        answer = officer.post(f"{url}/votes", good | wrong)
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
    assert officer.post(f"{url}/votes", good).status_code == 302
    assert "会议表决：同意入选" in officer.get(url).get_data(as_text=True)
    note = {
        "item_id": str(second),
        "kind": "dissent",
        "text": "一位专家保留意见（示例）",
        "opened": "0:discussion",
    }
    assert officer.post(f"{url}/notes", note | {"kind": "forged"}).status_code == 422
    assert officer.post(f"{url}/notes", note | {"text": ""}).status_code == 422
    assert officer.post(f"{url}/notes", note).status_code == 302
    overwriting = officer.post(f"{url}/notes", note | {"text": "没有看过原文"})
    assert overwriting.status_code == 422
    assert "没有看过原文" in overwriting.get_data(as_text=True)
    opened = officer.get(f"{url}?about={second}&kind=dissent").get_data(as_text=True)
    assert "一位专家保留意见（示例）</textarea>" in opened
    change = note | {"text": "已撤回保留意见", "opened": f"{second}:dissent", "version": "1"}
    assert officer.post(f"{url}/notes", change).status_code == 302
    text = officer.get(url).get_data(as_text=True)
    assert "第2版" in text
    assert "以前的版本" in text
    for key in ("approver", "auditor", "expert1"):
        other = sqlite_world.browser(key)
        assert other.post(f"{url}/notes", note).status_code == (404 if key == "expert1" else 403)
        assert other.post(f"{url}/votes", good).status_code == 403
    assert sqlite_world.browser("auditor").post(url).status_code == 403
    assert sqlite_world.browser("approver").post(url).status_code == 302


@pytest.mark.parametrize("key", ["officer", "auditor"])
def test_in_english_no_chinese_word_of_ours_is_left(sqlite_world: World, key: str) -> None:
    panel_id = disputed_panel(sqlite_world)
    text = words(page(sqlite_world, key, panel_id, "en")[1])
    for said in ("Scores side by side", "For the meeting", "nothing needs correction", "Expert A"):
        assert said in text
    left = re.sub(r"专家.（示例）|(省局|监督).*?（示例）|[一-鿿]+(局|中心)|示例榜题|简体中文|示例", "", text)
    assert not re.findall(r"[一-鿿]{2,}", left)


def test_a_constant_number_of_statements(sqlite_world: World) -> None:
    counts = []
    for leads in (("330100",), ("330200", "330300", "330400", "330500", "330600")):
        table = [
            [marks(90 - 3 * place + turn) for place, _ in enumerate(leads)] for turn, _ in enumerate(FIVE)
        ]
        panel_id = scored_panel(sqlite_world, table, leads=leads, code=f"T-{len(leads)}")
        sqlite_world.compute()
        page(sqlite_world, "officer", panel_id)
        with sqlite_world.statements() as seen:
            assert page(sqlite_world, "officer", panel_id)[0] == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[1] <= 11
