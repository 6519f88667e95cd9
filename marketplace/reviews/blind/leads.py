"""泄露核查: what a redacted text may still tell. Nothing here is hidden by itself; a person decides. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.reviews.blind.redaction import HALF, Folded, folded

AROUND = 14
"""So many characters before and behind are shown with a lead."""


class LeadKind(StrEnum):
    """线索类别."""

    UNIT = "unit"
    PLACE = "place"
    LEVEL = "level"
    PERSON = "person"
    DOCUMENT = "document"
    CODE = "code"
    LINK = "link"
    LETTERS = "letters"


LEAD_LABELS = {
    LeadKind.UNIT: N_("单位名称"),
    LeadKind.PLACE: N_("地名"),
    LeadKind.LEVEL: N_("层级自称"),
    LeadKind.PERSON: N_("人员称谓"),
    LeadKind.DOCUMENT: N_("文件字号"),
    LeadKind.CODE: N_("地方标准号或车牌"),
    LeadKind.LINK: N_("网址或账号"),
    LeadKind.LETTERS: N_("字母缩写"),
}
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻章云苏潘葛范彭郎鲁韦马苗方俞任袁柳"
    "唐费薛雷贺倪汤罗毕郝安常于傅齐康余元顾孟黄穆萧尹姚邵汪毛成戴宋庞熊纪舒屈祝董梁杜阮季贾江郭梅林徐邱骆高夏"
    "蔡田樊胡霍虞万柯卢莫房丁邓洪包左石崔龚程邢裴陆翁焦侯叶龙诸白池乔闻翟谭劳冉温庄柴瞿阎连易文曾叶"
)
DOUBLE = "欧阳|诸葛|司马|司徒|上官|皇甫|尉迟|公孙|慕容|令狐|夏侯|东方|南宫|端木"
TITLES = "局长|主任|处长|科长|院长|所长|书记|教授|研究员|同志|高工|总工|工程师|老师|先生|女士|经理"
NO_NAMES = "高级|安全|安装|方案|应用|文明|连续|成员|余下|成立|时任|任课|许多"
"""What begins like a name and is none."""
BETWEEN = "的和与及在由对按经为到等是并各将把向以从其本该每用有或"
"""Words that no name of a unit holds; what stands before them does not belong to it."""
UNITS = "大学|学院|研究院|研究所|公司|集团|协会|学会|研究会|中心|管理局"
UNIT_LIKE = rf"(?:(?![{BETWEEN}])[\u4e00-\u9fff]){{2,8}}(?:{UNITS})"
"""This and the patterns below are compiled, and kept, by ``re`` when somebody looks: no start waits for them."""
EVERYBODYS = (
    "机关事务管理局", "机关事务管理中心", "机关事务服务中心", "机关事务管理服务中心", "机关事务保障中心",
    "机关事务中心",
    "行政中心", "行政服务中心", "政务服务中心", "市民中心", "会议中心", "数据中心", "培训中心", "指挥中心", "监控中心",
    "调度中心", "信息中心", "采购中心", "市场监督管理局", "物业公司", "服务公司", "专业公司", "第三方公司",
)  # fmt: skip
"""What looks like the name of a unit and is everywhere."""
PATTERNS: tuple[tuple[LeadKind, str], ...] = (
    (LeadKind.LEVEL, r"(?:我|本|全)(?:市|县|区)(?:级|直|局)?|市县两级|(?:市|县|区)(?:本级|直机关|级机关)"),
    (LeadKind.LEVEL, r"(?:我|本)(?:局|中心|院|校|公司|处)(?!面|部)"),
    (LeadKind.PLACE, "[杭甬衢婺瓯](?![州海江])"),
    (LeadKind.PERSON, rf"(?!{NO_NAMES})(?:{DOUBLE}|[{SURNAMES}])[\u4e00-\u9fff]{{0,2}}?(?:{TITLES})"),
    (LeadKind.DOCUMENT, r"[\u4e00-\u9fff【】]{1,12}[〔\[［（(]\s*(?:19|20)\d{2}\s*[〕\]］）)]\s*\d+\s*号"),
    (LeadKind.CODE, r"(?i)DB\s*(?!33(?!\d))\d{2,6}(?:/T)?|浙\s*[A-L](?![A-Za-z])"),
    (LeadKind.LINK, r"(?a)(?:https?://|www\.)[^\s，。；）)]+|[\w.-]+\.(?:gov|com|cn|edu|org|net)(?:\.cn)?\b"),
    (LeadKind.LINK, r"(?:微信公众号|公众号|微信号|微博)[“\"「『（(：:]?[\u4e00-\u9fff\w]{0,12}"),
    (LeadKind.LETTERS, r"(?<![A-Za-z])[A-Za-z]*[A-Z][A-Za-z]+(?![A-Za-z])"),
)  # fmt: skip
USUAL_WORDS = """
ab ai api app atm bim bi cad can co crm db dns docx erp excel gb gbt gps gis html http https iaas ict id ieee iot ip iso
it jpeg kpi ktv led lng mes mis nfc oa ocr ofd paas pc pdca pdf ph png pos ppt pptx pue qc qr rfid saas sla smart sop
sql sso sw swot tb tce tc ups url usb vpn vr web wifi wiki word wps www xls xlsx xml zip
"""
USUAL = frozenset(USUAL_WORDS.split())
"""Letters that tell nothing of who wrote."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of an item as the experts will read it, with the name of its place in the form (a msgid)."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a lead stands: the place in the form, and the words around it."""

    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Lead:
    """线索: words that may tell who wrote, with every place where they stand."""

    kind: LeadKind
    text: str
    seen: tuple[Seen, ...]

    @property
    def key(self) -> str:
        """What a person decides about: these words in this item, wherever they stand."""
        return folded(self.text)


@dataclass(frozen=True, slots=True)
class Known:
    """Names that are looked for: of all other units and places, and those of the item that may be ordinary words."""

    units: Sequence[str] = ()
    places: Sequence[str] = ()


Found = tuple[LeadKind, int, int]


def leads_in(passages: Iterable[Passage], known: Known) -> list[Lead]:
    """Every lead once, the most telling kinds first; words inside longer ones are not told again."""
    names = [(LeadKind.UNIT, folded(name)) for name in known.units if name]
    names += [(LeadKind.PLACE, folded(name)) for name in known.places if name]
    seen: dict[str, tuple[LeadKind, str, list[Seen]]] = {}
    for passage in passages:
        for kind, start, stop in _outermost(_found(passage.text, names)):
            words = " ".join(passage.text[start:stop].split())
            entry = seen.setdefault(folded(words), (kind, words, []))
            entry[2].append(_seen(passage, start, stop))
    order = {kind: place for place, kind in enumerate(LeadKind)}
    found = [Lead(kind, words, tuple(where)) for kind, words, where in seen.values()]
    return sorted(found, key=lambda lead: order[lead.kind])


def _found(text: str, names: Sequence[tuple[LeadKind, str]]) -> Iterator[Found]:
    whole = Folded(text)
    for kind, name in names:
        if name in whole.text:
            yield from ((kind, *span) for span in whole.spans(name))
    plain = text.translate(HALF)
    for kind, pattern in PATTERNS:
        for one in re.finditer(pattern, plain):
            if kind != LeadKind.LETTERS or one.group().lower() not in USUAL:
                yield (kind, *one.span())
    for one in re.finditer(UNIT_LIKE, plain):
        if not one.group().endswith(EVERYBODYS):
            yield (LeadKind.UNIT, *one.span())


def _outermost(found: Iterable[Found]) -> list[Found]:
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one[1], -one[2])):
        if not kept or one[2] > kept[-1][2]:
            kept.append(one)
    return kept


def _seen(passage: Passage, start: int, stop: int) -> Seen:
    before = passage.text[max(0, start - AROUND) : start]
    return Seen(passage.where, before, passage.text[stop : stop + AROUND])
