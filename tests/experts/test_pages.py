"""The pages of the expert pool as officer, approver and auditor."""

from sqlalchemy import select

from marketplace.core.actor import Role
from marketplace.experts.models import Expert
from marketplace.organisations.models import Appointment
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
    form = officer.get(url).get_data(as_text=True)
    assert "标准制定、标准化研究" in form
    changed = {
        "fields_text": "标准制定， 节能",
        "title": "教授",
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
        assert sqlite_world.browser(key).get(url).status_code == 403


def test_enrolling_an_expert(sqlite_world: World) -> None:
    person = sqlite_world.people["anji_clerk"]
    form = {"person_id": str(person), "fields_text": "标准制定", "title": "", "term_from": "2026-03-01"}
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
