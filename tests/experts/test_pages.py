"""The pages of the expert pool as officer, approver and auditor."""

import pytest
from sqlalchemy import select

from marketplace.core.actor import Role
from marketplace.experts.models import Expert
from marketplace.organisations.models import Appointment
from marketplace.reviews.models import Seat
from marketplace.reviews.operations import recuse_seat
from tests.reviews.story import FIVE, convene, marks, scored_panel, scoring_panel, seat_id, topic_with_bids
from tests.support.builders import unit_id
from tests.support.world import World


def test_the_pool_of_experts(sqlite_world: World) -> None:
    officer = sqlite_world.browser("officer")
    text = officer.get("/manage/experts").get_data(as_text=True)
    assert text.count('data-code="current"') == 10
    assert "没有可以入库的人员" in officer.get("/manage/experts/new").get_data(as_text=True)
    with sqlite_world.reading() as session:
        one = session.scalars(select(Expert).limit(1)).one()
    url = f"/manage/experts/{one.id}"
    form = officer.get(f"{url}/edit").get_data(as_text=True)
    assert "标准制定、标准化研究" in form
    changed = {
        "fields_text": "标准制定， 节能",
        "title": "教授",
        "kind": "expert",
        "languages": ["zh", "en"],
        "workload_limit": "3",
        "term_from": "2022-01-01",
        "term_to": "2026-02-28",
    }
    bad = officer.post(url, {**changed, "term_to": "2021-01-01", "version": "1"})
    assert bad.status_code == 422
    assert "教授" in bad.get_data(as_text=True)
    assert officer.post(url, {**changed, "term_to": "2026-02-31", "version": "1"}).status_code == 422
    assert officer.post(url, {**changed, "version": "1"}).status_code == 302
    assert officer.post(url, {**changed, "version": "1"}).status_code == 409
    with sqlite_world.reading() as session:
        assert session.get_one(Expert, one.id).fields == ["标准制定", "节能"]
    assert 'data-code="ended"' in officer.get("/manage/experts").get_data(as_text=True)
    for key in ("approver", "auditor"):
        assert sqlite_world.browser(key).get("/manage/experts").status_code == 200
        assert sqlite_world.browser(key).get(f"{url}/edit").status_code == 403
        assert "专业领域：标准制定、标准化研究→标准制定、节能" in sqlite_world.browser(key).get(url).get_data(
            as_text=True
        )


def test_enrolling_an_expert(sqlite_world: World) -> None:
    person = sqlite_world.people["anji_clerk"]
    form = {
        "person_id": str(person),
        "fields_text": "标准制定",
        "kind": "expert",
        "title": "",
        "languages": ["zh"],
        "term_from": "2026-03-01",
    }
    officer = sqlite_world.browser("officer")
    officer.get("/manage/experts")
    assert officer.post("/manage/experts", form).status_code == 422
    with sqlite_world.uow() as uow:
        uow.session.add(
            Appointment(
                person_id=person, organisation_id=unit_id(uow, "330523"), role=Role.EXPERT, since=uow.now
            )
        )
    assert "安吉县局填报员（示例）" in officer.get("/manage/experts/new").get_data(as_text=True)
    assert officer.post("/manage/experts", {**form, "person_id": "x"}).status_code == 422
    assert officer.post("/manage/experts", form).status_code == 302
    assert officer.post("/manage/experts", form).status_code == 422
    with sqlite_world.reading() as session:
        made = session.scalars(select(Expert).where(Expert.person_id == person)).one()
        assert not made.technical


def own_form(**changed: object) -> dict[str, object]:
    return {
        "fields_text": "标准制定、节能管理", "title": "研究员", "languages": ["zh", "en"],
        "workload_limit": "2", "version": "1", **changed,
    }  # fmt: skip


def expert_of(world: World, key: str) -> Expert:
    with world.reading() as session:
        return session.scalars(select(Expert).where(Expert.person_id == world.people[key])).one()


def test_an_expert_keeps_her_own_profile_and_the_office_sees_what_changed(world: World) -> None:
    browser, before = world.browser("expert1"), expert_of(world, "expert1")
    assert "标准制定、标准化研究" in browser.get("/account/expert").get_data(as_text=True)
    assert browser.post("/account/expert", own_form()).status_code == 302
    after = expert_of(world, "expert1")
    assert (after.fields, after.title) == (["标准制定", "节能管理"], "研究员")
    assert (after.languages, after.workload_limit) == (["zh", "en"], 2)
    assert (after.term_from, after.technical, after.kind) == (before.term_from, before.technical, before.kind)
    assert browser.post("/account/expert", own_form()).status_code == 409
    told = world.browser("officer").get(f"/manage/experts/{after.id}").get_data(as_text=True)
    assert "职称：高级职称（示例）→研究员" in told
    assert "工作语言：中文→中文、英文" in told


def test_nobody_else_reaches_her_profile(sqlite_world: World) -> None:
    found = expert_of(sqlite_world, "expert1")
    for key in ("hangzhou_clerk", "sysadmin", "officer"):
        assert sqlite_world.browser(key).get("/account/expert").status_code == 404
    for key in ("expert2", "hangzhou_clerk", "sysadmin"):
        assert sqlite_world.browser(key).get(f"/manage/experts/{found.id}").status_code in (403, 404)
    assert sqlite_world.browser(None).get("/account/expert").status_code == 302


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"fields_text": " "}, "请填写至少一个专业领域"),
        ({"fields_text": "、".join(f"领域{n}" for n in range(13))}, "最多12个领域"),
        ({"languages": []}, "请选择至少一种工作语言"),
        ({"languages": ["xx"]}, "xx"),
        ({"workload_limit": "0"}, "请填写1至50的整数"),
        ({"workload_limit": "三"}, "请填写整数"),
    ],
)
def test_a_bad_profile_is_kept_with_its_reason(
    sqlite_world: World, changed: dict[str, object], told: str
) -> None:
    browser = sqlite_world.browser("expert1")
    browser.get("/account/expert")
    response = browser.post("/account/expert", own_form(**changed))
    text = response.get_data(as_text=True)
    assert (response.status_code, told in text, "研究员" in text) == (422, True, True)
    assert expert_of(sqlite_world, "expert1").version == 1


def test_a_talent_is_listed_apart_and_never_drawn(sqlite_world: World) -> None:
    officer, person = sqlite_world.browser("officer"), sqlite_world.people["anji_clerk"]
    assert "安吉县局填报员（示例）" in officer.get("/manage/experts/new?kind=talent").get_data(as_text=True)
    form = own_form(person_id=str(person), kind="talent", term_from="2026-01-01", technical="y")
    assert officer.post("/manage/experts", form).status_code == 302
    assert "安吉县局填报员" in officer.get("/manage/experts?kind=talent").get_data(as_text=True)
    assert "安吉县局填报员" not in officer.get("/manage/experts?kind=expert").get_data(as_text=True)
    found = officer.get("/manage/experts?q=安吉").get_data(as_text=True)
    assert found.count('data-code="current"') == 1
    panel_id = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
    assert "安吉县局填报员" not in officer.get(f"/panels/{panel_id}").get_data(as_text=True)
    talent = expert_of(sqlite_world, "anji_clerk")
    assert sqlite_world.browser("anji_clerk").get("/account/expert").status_code == 200
    refused = officer.post(
        f"/manage/experts/{talent.id}", own_form(kind="expert", term_from="2026-01-01", version="1")
    )
    assert (refused.status_code, "还没有专家角色" in refused.get_data(as_text=True)) == (422, True)


def test_past_panels_stand_on_both_pages_without_what_she_left(sqlite_world: World) -> None:
    panel_id = scored_panel(sqlite_world, [[marks(90), marks(80), marks(80)] for _ in FIVE])
    left = scoring_panel(sqlite_world, FIVE)
    mine = seat_id(sqlite_world, left, "expert1")
    sqlite_world.do("expert1", recuse_seat, (Seat, mine), "与申报单位有合作")
    own = sqlite_world.browser("expert1").get("/account/expert").get_data(as_text=True)
    assert f"/reviews/{seat_id(sqlite_world, panel_id, 'expert1')}" in own
    assert f"/reviews/{mine}" not in own
    expert_id = expert_of(sqlite_world, "expert1").id
    office = sqlite_world.browser("officer").get(f"/manage/experts/{expert_id}").get_data(as_text=True)
    assert f"/panels/{panel_id}" in office
    assert f"/panels/{left}" in office
    assert "已回避" in office


def test_the_pages_speak_english(sqlite_world: World) -> None:
    found = expert_of(sqlite_world, "expert1")
    officer = sqlite_world.browser("officer", language="en")
    for path, word in (
        ("/manage/experts", "Talent"),
        (f"/manage/experts/{found.id}", "Working languages"),
        ("/manage/experts/import", "Import experts"),
    ):
        assert word in officer.get(path).get_data(as_text=True)
    own = sqlite_world.browser("expert1", language="en").get("/account/expert").get_data(as_text=True)
    assert "Past panels" in own
