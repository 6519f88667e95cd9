"""A blind panel from its draft to its result: nothing an expert gets names a unit, a place or a person."""

import io
import re
import zipfile
from collections import deque
from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.audit.chain import chain_key
from marketplace.audit.models import AuditRow
from marketplace.audit.queries import visible_rows
from marketplace.bids.models import Bid
from marketplace.core.errors import Invalid, Refused
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.doctor import CHECKS, Context
from marketplace.files.operations import GivenFile, attach
from marketplace.notifications.models import OutboxMail
from marketplace.organisations.models import Appointment, Organisation
from marketplace.reviews import operations, policy
from marketplace.reviews.blind.checks import blind_items, open_leads
from marketplace.reviews.blind.kept import KEPT
from marketplace.reviews.models import BlindMark, Panel, PanelItem, ScoreSheet
from marketplace.reviews.queries.own import seat_for
from marketplace.reviews.queries.panels import items_of
from marketplace.reviews.workflow import PanelState
from tests.reviews.story import (
    FIVE,
    NEVER,
    confirm,
    convene,
    item_ids,
    marks,
    release,
    score,
    seat,
    seat_id,
    topic_with_bids,
)
from tests.support.world import World

BLIND = replace(NEVER, blind=True)
SHARED = replace(BLIND, scores_per_item=3)
PLACES = {"330100": "杭州", "330200": "宁波", "330300": "温州"}
OWN = ("/reviews", "/panels", "/bids", "/files", "/workbench", "/account", "/profile", "/experts")
LEFT = "沪甬"
"""What the system does not hide by itself: a lead in each bid."""


def written(place: str) -> dict[str, object]:
    """A form that names its unit wherever it can."""
    unit = f"{place}市机关事务管理局"
    text = f"{unit}牵头，{place}全域推行，联系人{place}郎 13805711234，{LEFT}两地已用，见a@{place}.cn或x@hz.gov.cn。"
    return {
        "leader_name": f"{place}郎", "leader_title": f"{place}市局处长", "leader_phone": "0571-87052345",
        "understanding": text, "approach": f"{place}\n市机关 事务局先行", "basis": text,
        "indicators": [{"deliverable_key": "d1", "name": f"{place}指标", "target": place, "present": place,
                        "proof": place}],
        "milestones": [{"name": f"{place}节点", "month": 3, "deliverable": place, "evidence": [f"{place}证明"],
                        "responsible": unit}],
        "team": [{"name": f"{place}妹", "unit": unit, "title": f"{place}处长", "field": "管理",
                  "task": f"{place}调研"}],
        "budget": [{"source": "own", "subject": f"{place}调研费", "fen": 100}], "budget_statement": place,
        "organisation": text, "replication": text, "risks": text, "pledged": True,
    }  # fmt: skip


def blind_draft(world: World, rules: object = BLIND) -> int:
    """A draft panel on three bids that say who wrote them, with a file each; one has a partner."""
    topic_id, bids = topic_with_bids(world, rules=rules)
    with world.uow() as uow:
        for bid, place in zip(bids, PLACES.values(), strict=True):
            found = uow.session.get_one(Bid, bid)
            found.content = written(place)
            upload = GivenFile(f"{place}市承诺书.txt", io.BytesIO(f"示例材料 {place}".encode()))
            attach(uow, owner_kind="bid", owner_id=bid, upload=upload)
    panel_id = convene(world, topic_id)
    seat(world, panel_id, *FIVE)
    return panel_id


def settle(world: World, panel_id: int, hide: bool = True) -> None:
    """The officer decides about every lead in the same way."""
    with world.uow("officer") as uow:
        panel = uow.session.get_one(Panel, panel_id)
        for one in blind_items(uow.session, panel, items_of(uow.session, panel_id)):
            if one.open_leads:
                keys = {lead.key for lead in one.open_leads}
                operations.settle_leads(uow, panel, one.item, keys, hide)


def blind_panel(world: World, rules: object = BLIND) -> int:
    """The same, checked, released, with everybody confirmed."""
    panel_id = blind_draft(world, rules)
    settle(world, panel_id)
    if rules is SHARED:
        world.do("officer", operations.request_assignment, (Panel, panel_id))
        world.compute()
    release(world, panel_id)
    confirm(world, panel_id, *FIVE)
    return panel_id


def told(text: str) -> list[str]:
    """The hidden names that occur in a text."""
    words = [
        *PLACES.values(),
        *PLACES,
        "郎",
        "妹",
        "8705",
        "1380571",
        LEFT,
        "Hangzhou",
        "Ningbo",
        "Wenzhou",
        "hz.gov",
    ]
    return [word for word in words if word in text]


def main_part(text: str) -> str:
    """A page without the frame around it (the cast of a demonstration bears names of places)."""
    title = text.split("<title", 1)[1].split("</title", 1)[0]
    return title + text.split("<main", 1)[1].split("</main", 1)[0]


def unpacked(data: bytes) -> str:
    """The texts inside a workbook; nothing of other files, into which somebody has looked."""
    if not data.startswith(b"PK"):
        return ""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return " ".join(archive.namelist()) + "".join(
            archive.read(one).decode() for one in archive.namelist()
        )


def walk(world: World, key: str, start: list[str], language: str = "zh") -> dict[str, str]:
    """Every page and file that links lead to from the expert's own pages."""
    browser, seen, waiting = world.browser(key, language), dict[str, str](), deque(start)
    while waiting:
        address = waiting.popleft().split("#")[0]
        if address in seen or not address.startswith(OWN):
            continue
        answer = browser.get(address)
        if "html" in (answer.content_type or ""):
            seen[address] = main_part(answer.text) + str(answer.headers)
            waiting.extend(re.findall(r'href="(/[^"]*)"', answer.text))
        else:
            seen[address] = str(answer.headers) + unpacked(answer.get_data())
            answer.close()
    return seen


def test_a_list_says_whether_its_review_is_blind(sqlite_world: World) -> None:
    topic_id, _ = topic_with_bids(sqlite_world, rules=BLIND)
    with sqlite_world.reading() as session:
        code = session.get_one(Panel, convene(sqlite_world, topic_id)).topic.list.code
    page = sqlite_world.browser().get(f"/rules/{code}").text
    assert "评揭榜申请时隐去单位、地区和人员名称" in page


def test_release_waits_for_every_lead(sqlite_world: World) -> None:
    panel_id = blind_draft(sqlite_world)
    page = sqlite_world.browser("officer").get(f"/panels/{panel_id}").text
    assert "可能泄露身份的线索没有处理" in page
    with pytest.raises(Refused, match="可能泄露身份的线索没有处理"):
        release(sqlite_world, panel_id)
    settle(sqlite_world, panel_id, hide=False)
    with sqlite_world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        assert open_leads(session, panel, panel.items) == 0
        row = session.scalars(visible_rows().where(AuditRow.subject_kind == "panel")).first()
        assert (row.label, LEFT[1] in str(row.details)) == ("盲评线索核为无妨", True)
    release(sqlite_world, panel_id)


@pytest.mark.parametrize("rules", [BLIND, SHARED], ids=["whole", "shared"])
def test_nothing_an_expert_gets_names_anybody(sqlite_world: World, rules: object) -> None:
    world = sqlite_world
    panel_id = blind_panel(world, rules)
    mine = seat_id(world, panel_id, "expert1")
    with world.uow("officer") as uow:
        panel = uow.session.get_one(Panel, panel_id)
        for one in blind_items(uow.session, panel, panel.items):
            for file, _mark in one.files:
                if one.item.position == 1:
                    operations.clear_file(uow, panel, one.item, file.id, True)
    for language in ("zh", "en"):
        seen = walk(world, "expert1", ["/workbench", "/account", "/reviews", f"/reviews/{mine}"], language)
        sheets = [address for address in seen if re.fullmatch(rf"/reviews/{mine}/items/\d+", address)]
        assert len(sheets) == len(item_ids(world, panel_id)) or rules is SHARED
        assert sheets
        assert ("【单位】" if language == "zh" else "[Unit]") in seen[sheets[0]]
        assert any(text.count("xl/worksheets") for text in seen.values())
        assert not [address for address in seen if address.startswith(("/bids", "/files"))]
        for address, text in seen.items():
            assert told(text) == [], address
    with world.reading() as session:
        for mail in session.scalars(select(OutboxMail).where(OutboxMail.to_address.like("%expert%"))):
            assert told(f"{mail.subject}{mail.text_body}{mail.html_body}") == [], mail.kind


def test_before_she_declares_the_units_stand_in_one_list_without_codes(sqlite_world: World) -> None:
    panel_id = blind_draft(sqlite_world)
    settle(sqlite_world, panel_id)
    release(sqlite_world, panel_id)
    mine = seat_id(sqlite_world, panel_id, "expert1")
    page = main_part(sqlite_world.browser("expert1").get(f"/reviews/{mine}").text)
    order = [page.index(place) for place in PLACES.values()]
    assert order == sorted(order)
    assert "材料0" not in page


def test_only_checked_files_are_read_and_under_a_neutral_name(sqlite_world: World) -> None:
    world = sqlite_world
    panel_id = blind_panel(world)
    item, mine = item_ids(world, panel_id)[0], seat_id(world, panel_id, "expert1")
    browser, address = world.browser("expert1"), f"/reviews/{mine}/items/{item}/files/1"
    assert browser.get(address).status_code == 404
    assert "有 1 份附件没有提供" in browser.get(f"/reviews/{mine}/items/{item}").text
    with world.reading() as session:
        found = blind_items(session, session.get_one(Panel, panel_id), [session.get_one(PanelItem, item)])[0]
        file_id, name = found.files[0][0].id, found.files[0][0].name
        bid_id = found.item.subject_id
    officer = world.browser("officer")
    post = f"/panels/{panel_id}/blinding/{item}/files/{file_id}"
    assert officer.post(post, {"readable": "1"}).status_code == 302
    assert officer.post(post, {"readable": "1"}).status_code == 302
    answer = browser.get(address)
    answer.close()
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="__01-__1.txt"')
    assert "材料01-附件1.txt" in browser.get(f"/reviews/{mine}/items/{item}").text
    assert browser.get(f"/files/{file_id}/{name}").status_code == 404
    assert browser.get(f"/bids/{bid_id}").status_code == 404
    assert browser.get(f"/reviews/{mine}/items/{item}/files/2").status_code == 404
    assert world.browser("expert2").get(address).status_code == 404
    assert officer.post(post, {"readable": "0"}).status_code == 302
    assert browser.get(address).status_code == 404
    assert officer.post(f"/panels/{panel_id}/blinding/{item}/files/1", {"readable": "1"}).status_code == 404


def test_words_are_hidden_also_while_it_is_scored_but_never_shown_again(sqlite_world: World) -> None:
    world = sqlite_world
    panel_id = blind_panel(world)
    item, mine = item_ids(world, panel_id)[0], seat_id(world, panel_id, "expert1")
    address = f"/panels/{panel_id}/blinding/{item}"
    officer = world.browser("officer")
    assert "全域推行" in world.browser("expert1").get(f"/reviews/{mine}/items/{item}").text
    assert officer.post(f"{address}/words", {"words": "全域", "kind": "other"}).status_code == 302
    assert "【已隐去】推行" in world.browser("expert1").get(f"/reviews/{mine}/items/{item}").text
    for bad in (
        {"words": "全", "kind": "other"},
        {"words": "", "kind": "unit"},
        {"words": "全域", "kind": "x"},
    ):
        assert officer.post(f"{address}/words", bad).status_code == 422
    assert officer.post(f"{address}/leads", {"leads": "没有这条"}).status_code == 422
    with world.reading() as session:
        mark = session.scalars(select(BlindMark).where(BlindMark.text == "全域")).one()
        row = session.scalars(visible_rows().where(AuditRow.subject_kind == "panel")).first()
        assert (row.label, "全域" in str(row.details)) == ("盲评补充隐去", True)
    assert officer.post(f"{address}/marks/{mark.id}/withdraw").status_code == 403
    assert officer.post(f"{address}/marks/999999/withdraw").status_code == 404


def test_a_draft_decision_can_be_taken_back(sqlite_world: World) -> None:
    panel_id = blind_draft(sqlite_world)
    settle(sqlite_world, panel_id, hide=False)
    with sqlite_world.reading() as session:
        mark = session.scalars(select(BlindMark).order_by(BlindMark.id)).first()
        assert mark is not None
    address = f"/panels/{panel_id}/blinding/{mark.item_id}/marks/{mark.id}/withdraw"
    assert sqlite_world.browser("officer").post(address).status_code == 302
    with sqlite_world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        assert open_leads(session, panel, panel.items) == 1


def test_a_second_look_computes_nothing_and_a_change_is_seen(sqlite_world: World) -> None:
    panel_id = blind_draft(sqlite_world)
    officer, address = sqlite_world.browser("officer"), f"/panels/{panel_id}"

    def looked_for() -> int:
        before = KEPT.computed
        assert officer.get(address).status_code == officer.get(f"{address}/blinding").status_code == 200
        return KEPT.computed - before

    looked_for()
    assert looked_for() == 0
    with sqlite_world.uow() as uow:
        bid = uow.session.scalars(select(Bid).order_by(Bid.id)).first()
        assert bid is not None
        bid.content = {**bid.content, "risks": "我县试点（示例）"}
    assert looked_for() == 1
    item = item_ids(sqlite_world, panel_id)[0]
    words = {"words": "示例单位自称", "kind": "unit"}
    assert officer.post(f"{address}/blinding/{item}/words", words).status_code == 302
    assert looked_for() == 1
    with sqlite_world.uow() as uow:
        uow.session.scalars(
            select(Organisation).where(Organisation.code == "330500")
        ).one().name = "湖州示例新局"
    assert (looked_for(), looked_for()) == (3, 0)


def test_the_pages_of_the_check(sqlite_world: World) -> None:
    panel_id = blind_draft(sqlite_world)
    item = item_ids(sqlite_world, panel_id)[0]
    for address in (f"/panels/{panel_id}/blinding", f"/panels/{panel_id}/blinding/{item}"):
        for key in ("officer", "approver", "auditor"):
            assert sqlite_world.browser(key).get(address).status_code == 200
        for key in ("expert1", "hangzhou_head"):
            assert sqlite_world.browser(key).get(address).status_code == 403
    page = sqlite_world.browser("officer").get(f"/panels/{panel_id}/blinding/{item}").text
    assert re.search(rf"<mark>{LEFT[1]}</mark>", page)
    assert "勾选的无妨" not in sqlite_world.browser("auditor").get(f"/panels/{panel_id}/blinding/{item}").text
    english = sqlite_world.browser("officer", "en").get(f"/panels/{panel_id}/blinding").text
    assert "Repeated from the seed: same" in english


def test_a_panel_that_names_its_items_has_no_such_page(sqlite_world: World) -> None:
    panel_id = convene(sqlite_world, topic_with_bids(sqlite_world)[0])
    assert sqlite_world.browser("officer").get(f"/panels/{panel_id}/blinding").status_code == 404
    item = item_ids(sqlite_world, panel_id)[0]
    with pytest.raises(Refused, match="不是盲评"):
        sqlite_world.do("officer", operations.settle_leads, (Panel, panel_id), (PanelItem, item), {"x"}, True)


def test_the_check_takes_as_many_statements_for_one_item_as_for_three(sqlite_world: World) -> None:
    panel_id = blind_draft(sqlite_world)
    with sqlite_world.reading() as session:
        panel = session.get_one(Panel, panel_id)
        items = list(panel.items)
        with sqlite_world.statements() as one:
            blind_items(session, panel, items[:1])
        with sqlite_world.statements() as three:
            blind_items(session, panel, items)
        assert len(one) == len(three)


def test_another_order_than_the_lot_is_found(sqlite_world: World) -> None:
    panel_id = blind_draft(sqlite_world)
    with sqlite_world.uow() as uow:
        context = Context(uow.session, uow.files, uow.now, chain_key(uow.settings))
        assert list(CHECKS["code-names-follow-their-seed"](context)) == []
        first, *_others, last = uow.session.get_one(Panel, panel_id).items
        first.position, last.position = last.position, first.position
        uow.session.flush()
        uow.session.expire_all()
        assert list(CHECKS["code-names-follow-their-seed"](context)) == [f"Panel {panel_id}"]


def test_who_reads_the_names_in_another_role_takes_no_seat(sqlite_world: World) -> None:
    world = sqlite_world
    topic_id, _ = topic_with_bids(world, rules=BLIND)
    panel_id = convene(world, topic_id)
    with world.uow() as uow:
        _also_auditor(uow, world.people["expert1"])
    with pytest.raises(Invalid) as refused:
        seat(world, panel_id, "expert1")
    assert refused.value.problems


def _also_auditor(uow: UnitOfWork, person_id: int) -> None:
    own = uow.session.scalars(select(Appointment).where(Appointment.person_id == person_id)).first()
    assert own is not None
    uow.session.add(
        Appointment(person_id=person_id, organisation_id=own.organisation_id, role="auditor", since=uow.now)
    )


def test_after_the_result_the_members_read_the_names(sqlite_world: World) -> None:
    world = sqlite_world
    panel_id = blind_panel(world)
    for key in FIVE:
        score(world, panel_id, key, [marks(80), marks(70), marks(60)])
    item, mine = item_ids(world, panel_id)[0], seat_id(world, panel_id, "expert1")
    with world.uow("officer") as uow:
        sheet = uow.session.scalars(select(ScoreSheet).where(ScoreSheet.item_id == item)).first()
        assert sheet is not None
        operations.reopen_sheet(uow, sheet, "漏评一处")
        key = next(k for k, person in world.people.items() if person == sheet.seat.expert.person_id)
        seat_of_sheet = sheet.seat_id
    with world.reading() as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.kind == "sheet_reopened")).one()
        assert "“材料01”" in mail.text_body
        assert told(mail.subject + mail.text_body + mail.html_body) == []
    world.browser(key).get(f"/reviews/{seat_of_sheet}")
    with world.uow(key) as uow:
        operations.submit_sheets(uow, seat_for(uow.session, uow.actor, seat_of_sheet))
    assert told(main_part(world.browser("expert1").get(f"/reviews/{mine}").text)) == []
    assert world.browser("expert1").get(f"/panels/{panel_id}").status_code == 404
    world.do("officer", operations.conclude_panel, (Panel, panel_id))
    page = main_part(world.browser("expert1").get(f"/reviews/{mine}").text)
    assert re.search(r"材料01 · (杭州|宁波|温州)市机关事务管理局", page)
    assert world.browser("expert1").get(f"/panels/{panel_id}").status_code == 200


@pytest.mark.parametrize(
    ("key", "state", "blind", "allowed"),
    [
        ("officer", PanelState.DRAFT, True, True),
        ("officer", PanelState.SCORING, True, True),
        ("officer", PanelState.CONCLUDED, True, False),
        ("officer", PanelState.DRAFT, False, False),
        ("auditor", PanelState.DRAFT, True, False),
        ("expert1", PanelState.DRAFT, True, False),
    ],
)
def test_who_may_decide(sqlite_world: World, key: str, state: PanelState, blind: bool, allowed: bool) -> None:
    actor = sqlite_world.actor(key)
    assert bool(policy.may_blind(actor, state, blind)) is allowed
    assert bool(policy.may_withdraw_mark(actor, state, blind)) is (allowed and state == PanelState.DRAFT)
