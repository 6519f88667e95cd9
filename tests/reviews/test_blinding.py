"""Hiding names: tables of texts that are easy to get wrong; and what a person must still look at."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.organisations.places import place_and_city, places
from marketplace.reviews.blind.leads import Known, LeadKind, Passage, leads_in
from marketplace.reviews.blind.names import ORDINARY, Identity, Unit, doubtful_names, terms_of
from marketplace.reviews.blind.redaction import Hidden, Redactor, Term, folded

HANGZHOU = Unit(
    "杭州市机关事务管理局",
    "杭州",
    "Hangzhou Municipal Government Offices Administration",
    place_and_city("330100"),
)
LUQIAO = Unit("路桥区机关事务管理中心", "路桥", "", place_and_city("331004"))
KAIHUA = Unit("开化县机关事务管理中心", "开化", "", place_and_city("330824"))
VEHICLES = Unit("浙江省级机关公务用车管理中心")
SCHOOL = Unit("示例大学公共管理学院")
FIRM = Unit("示例后勤服务有限公司")
CITY = Redactor(
    terms_of(Identity(HANGZHOU, (SCHOOL, FIRM), ("王小明", "示例负责人", "王强"), ("0571-87052345",)))
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("杭州市机关事务管理局牵头。", "【单位】牵头。"),
        ("浙江省杭州市机关事务局和杭州机管局", "浙江省【单位】和【单位】"),
        ("杭州市财政保障，杭州全域推行", "【单位】保障，【地区】全域推行"),
        ("杭 州 市机关事务\n管理局", "【单位】"),
        ("杭\u3000州经验", "【地区】经验"),
        ("杭\u200b州、杭-州、杭·州", "【地区】、【地区】、【地区】"),
        (
            "Hangzhou leads; HANGZHOU's centre; Ｈａｎｇｚｈｏｕ",
            "【地区】 leads; 【地区】's centre; 【地区】",
        ),
        ("Hangzhouer", "Hangzhouer"),
        ("hang zhou bureau", "【地区】 bureau"),
        ("王 小 明和王强同志，王强化管理", "【人员】和【人员】同志，【人员】化管理"),
        ("项目负责人示例负责人", "项目负责人【人员】"),
        ("示例大学公共管理学院承担，公共管理学院负责", "【合作单位】承担，【合作单位】负责"),
        ("示例大学课题组", "【合作单位】课题组"),
        ("示例后勤服务公司", "【合作单位】公司"),
        ("电话0571-87052345或０５７１８７０５２３４５", "电话【电话】或【电话】"),
        ("手机 138 0571 2345", "手机 【电话】"),
        ("+86 13805712345", "【电话】"),
        ("指标1380571234567项", "指标1380571234567项"),
        ("邮箱 a.b@hz.gov.cn。", "邮箱 【邮箱】。"),
        ("ａ＠ｈｚ．ｃｎ、１３８０５７１２３４５", "【邮箱】、【电话】"),
        ("执行DB3301/T 12-2023", "执行【地区】/T 12-2023"),
        ("杭州杭州市", "【地区】"),
        ("杭州、杭州", "【地区】、【地区】"),
        ("", ""),
        ("全省机关事务管理部门", "全省机关事务管理部门"),
    ],
)
def test_what_is_hidden(text: str, shown: str) -> None:
    assert CITY.hide(text) == shown


@pytest.mark.parametrize(
    ("unit", "text", "shown"),
    [
        (LUQIAO, "路桥区路桥机关事务中心养护路桥", "【地区】【单位】养护路桥"),
        (LUQIAO, "台州市路桥区机关事务管理中心", "【单位】"),
        (LUQIAO, "台州试点", "【地区】试点"),
        (KAIHUA, "政务公开化局面，开化县财政", "政务公开化局面，【单位】"),
        (KAIHUA, "衢州开化机关后勤", "【单位】"),
        (VEHICLES, "省级机关公务用车管理中心与公务用车管理中心", "【单位】与【单位】"),
        (VEHICLES, "浙江省公务用车平台", "浙江省公务用车平台"),
    ],
)
def test_units_in_their_usual_forms(unit: Unit, text: str, shown: str) -> None:
    assert Redactor(terms_of(Identity(unit))).hide(text) == shown


def test_names_that_overlap_leave_no_rest() -> None:
    terms = [Term("甲乙", Hidden.UNIT), Term("乙丙丁戊", Hidden.PERSON), Term("丁", Hidden.PLACE)]
    assert Redactor(terms).hide("前甲乙丙丁戊后") == "前【人员】后"
    assert Redactor(terms).hide("单丁") == "单【地区】"


def test_a_single_character_is_hidden_only_where_somebody_says_so() -> None:
    terms = terms_of(Identity(Unit("甲"), (), ("乙",)))
    assert Redactor(terms).hide("甲乙丙") == "甲乙丙"


NAMES = ["杭州市机关事务管理局", "杭州", "王小明", "示例大学", "市机关"]
PIECES = st.sampled_from([*NAMES, *"杭州市王小明示例大学机关事务", " ", "\n", "\u200b", "、", "的方案"])


@given(st.lists(PIECES, max_size=30))
@settings(max_examples=150, deadline=None)
def test_no_name_survives_however_texts_are_put_together(pieces: list[str]) -> None:
    shown = Redactor([Term(name, Hidden.OTHER) for name in NAMES]).hide("".join(pieces))
    rest = folded(shown.replace("【已隐去】", "|"))
    assert not [name for name in NAMES if name in rest]


def test_every_ordinary_name_is_a_place() -> None:
    shorts = {place.short for place in places().values()}
    assert shorts >= ORDINARY
    assert len(places()) == 101
    assert [place.name for place in place_and_city("331004")] == ["台州市", "路桥区"]
    assert doubtful_names(place_and_city("331004")) == ["路桥"]
    assert place_and_city(None) == ()


KNOWN = Known(("宁波市机关事务管理局",), ("宁波市", "宁波", "路桥"))


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("借鉴宁波经验", LeadKind.PLACE, "宁波"),
        ("与宁波市机关事务\n管理局合作", LeadKind.UNIT, "宁波市机关事务 管理局"),
        ("依托餐务中心和示例师范大学", LeadKind.UNIT, None),
        ("计划由公务餐务中心牵头", LeadKind.UNIT, "公务餐务中心"),
        ("养护路桥设施", LeadKind.PLACE, "路桥"),
        ("我市已建成", LeadKind.LEVEL, "我市"),
        ("我局承担", LeadKind.LEVEL, "我局"),
        ("沪杭沿线", LeadKind.PLACE, "杭"),
        ("由张局长牵头", LeadKind.PERSON, "张局长"),
        ("请欧阳副主任", LeadKind.PERSON, "欧阳副主任"),
        ("杭机管〔2023〕5号", LeadKind.DOCUMENT, "杭机管〔2023〕5号"),
        ("DB3302/T 100", LeadKind.CODE, "DB3302/T"),
        ("浙B牌照", LeadKind.CODE, "浙B"),
        ("见https://jg.example.gov.cn/a", LeadKind.LINK, "https://jg.example.gov.cn/a"),
        ("微信公众号“示例后勤”", LeadKind.LINK, "微信公众号“示例后勤"),
        ("ＨＺＳ平台", LeadKind.LETTERS, "ＨＺＳ"),
        ("HZSGJ平台", LeadKind.LETTERS, "HZSGJ"),
        ("用HangzhouBureau登录", LeadKind.LETTERS, "HangzhouBureau"),
    ],
)
def test_what_a_person_must_look_at(text: str, kind: LeadKind, words: str | None) -> None:
    found = [(lead.kind, lead.text) for lead in leads_in([Passage("工作基础", text)], KNOWN)]
    assert found
    assert found == ([(kind, words)] if words else found)


@pytest.mark.parametrize(
    "text",
    [
        "形成省级标准草案，GB/T 41568-2022、DB33/T 123、ISO 9001，PDF和API接口",
        "项目经理和高级工程师各一名，党组书记负责", "【单位】牵头，【地区】推行",
        "全省机关事务管理局、县级行政中心、集中采购中心和物业公司，建设数据中心", "【合作单位】公司",
        "政务公开化", "介绍兴建情况",
    ],
)  # fmt: skip
def test_what_tells_nothing(text: str) -> None:
    assert leads_in([Passage("工作基础", text)], KNOWN) == []


def test_the_same_words_are_one_lead_with_all_places() -> None:
    passages = [Passage("工作基础", "我市先行，我 市推广"), Passage("经费说明", "由我市保障")]
    (lead,) = leads_in(passages, Known())
    assert (lead.key, len(lead.seen)) == ("我市", 2)
    assert lead.seen[0].where == "工作基础"
    assert lead.seen[1].after == "保障"
