"""Every page of funding: as office, auditor, own unit, other unit, outsider; bad input keeps what was typed."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from marketplace.cli.decision import bare_app
from marketplace.priority.operations import publish_list
from marketplace.web.formats import date_text
from tests.priority.funding.conftest import Scene
from tests.support.funding import confirmed, terms
from tests.support.rounds import MEETING, held


def test_from_terms_to_the_plan_in_the_browser(drafted_scene: Scene) -> None:
    world, one = drafted_scene.world, drafted_scene.round
    here = f"/priority/{one.id}/funding"
    officer, approver, clerk = (world.browser(key) for key in ("officer", "approver", "ningbo_clerk"))
    assert "拟定资金规则" in officer.get(here).text
    assert officer.get(f"{here}/terms").status_code == 200
    typed = {
        "years-0-year": "2026", "years-0-envelope": "170", "cut_off": "70", "request_until": "2026-12-01T17:00",
        "groups-0-subject": "level:county", "groups-0-least": "1", "factors-0-subject": "area:1",
        "factors-0-factor": "1.2",
    }  # fmt: skip
    assert officer.post(f"{here}/terms", typed).status_code == 302
    page = approver.get(here).text
    assert "县级单位的项目不少于1个" in page
    assert "山区海岛县的项目，战略系数1.20" in page
    assert approver.post(f"{here}/terms/1/confirm", {"version": "1"}).status_code == 403
    assert "资金规则第 1 版" in approver.get(f"/priority/{one.id}").text
    assert approver.post(f"/priority/{one.id}/announce", {}).status_code == 302
    project = one.projects["ningbo"]
    assert "还没有申请，可以填报" in clerk.get(here).text
    request = f"{here}/requests/{project}"
    assert clerk.get(request).status_code == 200
    asked = {"years-0-amount": "60", "years-0-minimum": "50.5", "purpose": "设备（示例）"}
    assert clerk.post(request, asked).status_code == 302
    shown = clerk.get(request).text
    assert 'value="50.50"' in shown
    assert "由单位负责人提交" in shown
    head = world.browser("ningbo_head")
    assert "提交资金申请" in head.get(request).text
    assert head.post(f"{request}/submit", {"version": "1"}).status_code == 302
    assert "已提交" in head.get(request).text


def test_the_plan_page_says_what_every_figure_means(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    page = world.browser("officer").get(f"/priority/{one.id}/funding").text
    for text in (
        "建议资助 3 个项目，共 170.00 万元", "没有总价值更高的方案", "价值就是总分高出入选线", "按名次依次资助",
        "万元时可列入", "没有可用的评分表", "提出偏离", "计算完成",
    ):  # fmt: skip
        assert text in page, text
    english = world.browser("auditor", "en").get(f"/priority/{one.id}/funding").text
    assert "3 projects are proposed for funding with ¥1,700,000 in all" in english
    assert "Under a budget of CNY 1,700,000, it is proposed for funding" in english
    assert "Propose a deviation" not in english, "the auditor only reads"


def test_a_deviation_in_the_browser(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    here = f"/priority/{one.id}/funding"
    officer, approver = world.browser("officer"), world.browser("approver")
    form = f"{here}/deviate/{one.projects['anji']}"
    assert 'value="50.00"' in officer.get(form).text
    with_meeting = {"meeting_name": MEETING, "meeting_on": held(world).day}
    bad = officer.post(form, {"years-0-amount": "7", "reason": "县里自筹<b>（示例）", **with_meeting})
    assert bad.status_code == 422
    assert "金额须在最低金额与申请金额之间" in bad.text
    assert "县里自筹&lt;b&gt;" in bad.text
    good = {"years-0-amount": "0", "reason": "县里自筹（示例）", **with_meeting}
    assert officer.post(form, good).status_code == 302
    page = approver.get(here).text
    assert "待第二人确认" in page
    (confirm,) = set(re.findall(rf"{here}/deviations/\d+/confirm", page))
    refused = approver.post(confirm.replace("confirm", "refuse"), {"version": "1", "reason": ""})
    assert (refused.status_code, "请填写理由" in refused.text) == (422, True)
    assert approver.post(confirm, {"version": "1"}).status_code == 302
    settled = officer.get(here).text
    assert "会议确定的方案：资助 2 个项目，共 120.00 万元" in settled
    told = f"会议：{MEETING}，{date_text(held(world).on, english=False)}。"
    assert f"会议偏离：</strong>{told}县里自筹（示例）" in settled


def test_contradictory_rules_say_what_would_help(drafted_scene: Scene) -> None:
    from marketplace.priority.funding.terms import Group
    from tests.support.funding import finished

    world, one = drafted_scene.world, drafted_scene.round
    finished(world, one, terms(world, 90, (Group("level:county", least=2),)))
    page = world.browser("approver").get(f"/priority/{one.id}/funding").text
    assert "资金规则互相矛盾" in page
    assert "把2026年度资金总额从90万元增加到100万元" in page
    assert "把县级单位的项目“不少于2个”降为“不少于1个”" in page


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"years-0-envelope": "-5"}, "请填写0以上的金额"),
        ({"years-0-envelope": ""}, "请填写大于0的资金总额"),
        ({"years-0-year": "abc"}, "请填写整数"),
        ({"cut_off": "1e9"}, "请填写0至130的分数"),
        ({"groups-0-subject": "level:county", "groups-0-least": "3", "groups-0-most": "2"}, "互相矛盾"),
        ({"factors-0-subject": "area:1", "factors-0-factor": "2.5"}, "战略系数填写1.00至2.00"),
        ({"request_until": ""}, "请填写今后的申请截止时间"),
    ],
)
def test_bad_terms_come_back_with_what_was_typed(
    drafted_scene: Scene, change: dict[str, str], text: str
) -> None:
    world, one = drafted_scene.world, drafted_scene.round
    typed = {
        "years-0-year": "2026", "years-0-envelope": "170", "cut_off": "70.25", "request_until": "2026-12-01T17:00",
    }  # fmt: skip
    answer = world.browser("officer").post(f"/priority/{one.id}/funding/terms", typed | change)
    assert answer.status_code == 422
    assert text in answer.text
    assert change.get("cut_off", "70.25") in answer.text


def test_rows_of_the_terms_come_and_go_without_script(drafted_scene: Scene) -> None:
    world, one = drafted_scene.world, drafted_scene.round
    answer = world.browser("officer").post(
        f"/priority/{one.id}/funding/terms", {"years-0-year": "2026", "groups-add": "1"}
    )
    assert answer.status_code == 200
    assert "groups-0-subject" in answer.text


def test_bad_requests_come_back_with_what_was_typed(drafted_scene: Scene) -> None:
    world, one = drafted_scene.world, drafted_scene.round
    confirmed(world, one, terms(world))
    url = f"/priority/{one.id}/funding/requests/{one.projects['ningbo']}"
    clerk = world.browser("ningbo_clerk")
    answer = clerk.post(url, {"years-0-amount": "40", "years-0-minimum": "50", "purpose": "设备（示例）"})
    assert answer.status_code == 422
    assert "最低金额不能超过申请金额" in answer.text
    assert "设备（示例）" in answer.text
    assert clerk.post(url, {"years-0-amount": "NaN"}).status_code == 422
    stale = {"years-0-amount": "60", "years-0-minimum": "50", "purpose": "设备（示例）"}
    assert clerk.post(url, stale).status_code == 302
    assert clerk.post(url, stale | {"version": "9"}).status_code == 409


def test_who_sees_what_before_publication(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    here = f"/priority/{one.id}/funding"
    own = world.browser("ningbo_head").get(here).text
    assert "资助方案" not in own, "the plan is the province's until it is published"
    assert f"requests/{one.projects['ningbo']}" in own
    assert f"requests/{one.projects['anji']}" not in own
    assert world.browser("ningbo_head").get(f"{here}/requests/{one.projects['anji']}").status_code == 404
    assert world.browser("sysadmin").get(here).status_code == 403
    assert world.browser().get(here).status_code == 302

    for path in ("/terms", "/plan", f"/deviate/{one.projects['anji']}"):
        assert world.browser("ningbo_head").post(here + path).status_code == 403
    assert world.browser("officer").get(f"/priority/{one.id}/funding/deviate/999999").status_code == 404
    assert world.browser("officer").get("/priority/999999/funding").status_code == 404


def test_after_publication_everybody_sees_the_plan_and_can_compute_it_again(
    planned_scene: Scene, tmp_path: Path
) -> None:
    world, one = planned_scene.world, planned_scene.round
    world.do("approver", publish_list, one.key)
    head = world.browser("ningbo_head")
    assert "建议资助 3 个项目，共 170.00 万元" in head.get(f"/priority/{one.id}/funding").text
    page = head.get(f"/priority/{one.id}/snapshots/1").text
    assert "下载归档（ZIP）" in page
    first, second = (head.get(f"/priority/{one.id}/snapshots/1/archive") for _ in range(2))
    assert (first.status_code, first.mimetype) == (200, "application/zip")
    assert first.data == second.data, "the same bytes whenever it is asked for"
    with zipfile.ZipFile(io.BytesIO(first.data)) as archive:
        assert "plan.json" in archive.namelist()
    path = tmp_path / "list.zip"
    path.write_bytes(first.data)
    done = bare_app().test_cli_runner().invoke(args=["decision", "verify", str(path)])
    assert done.exit_code == 0, done.output
    assert re.search(r"SHA-256 <code>([0-9a-f]{64})", page).group(1) in done.output  # type: ignore[union-attr]


def test_the_page_asks_a_bounded_number_of_statements(planned_scene: Scene) -> None:
    world, one = planned_scene.world, planned_scene.round
    officer = world.browser("officer")
    officer.get(f"/priority/{one.id}/funding")
    with world.statements() as few:
        officer.get(f"/priority/{one.id}/funding")
    assert len(few) <= 30
