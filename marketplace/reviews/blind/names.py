"""What is hidden of a bid: its units, places and people, in all the forms in which they are usually written. Pure."""

import re
from collections.abc import Iterable, Iterator

from marketplace.core.dataclass import dataclass
from marketplace.organisations.places import Place
from marketplace.reviews.blind.redaction import Hidden, Term, folded

BODIES = (
    "机关事务管理局", "机关事务管理中心", "机关事务服务中心", "机关事务保障中心", "机关事务中心", "机关事务局",
    "机关事务工作局", "机关事务管理部门", "机关事务部门", "机关事务", "机关后勤服务中心", "机关后勤管理局", "机关后勤",
    "机关服务中心", "机管局", "机管中心", "事务中心", "管理局", "管理中心", "后勤", "局机关", "机关", "本级", "局",
    "行政中心", "人民政府", "政府", "市政府", "县政府", "区政府", "市委", "县委", "区委", "市级机关", "县级机关",
    "区级机关", "市直机关", "县直机关", "区直机关", "财政局", "财政",
)  # fmt: skip
"""What stands behind the name of a place when a body there is meant; it tells nothing by itself."""
ORDINARY = frozenset({
    "上城", "江北", "临安", "临平", "临海", "绍兴", "丽水", "文成", "乐清", "南湖", "海盐", "越城", "金东", "开化",
    "江山", "路桥", "三门", "天台", "云和", "永康", "平阳",
})  # fmt: skip
"""Short names of places that also occur in ordinary words (政务云和…, 公开化, 面临安全…). They are hidden where a body
follows; elsewhere somebody must look."""
PROVINCIAL = (
    "浙江省级机关事业单位", "浙江省级机关", "浙江省直机关", "浙江省级", "浙江省", "浙江", "省级机关", "省直机关",
)  # fmt: skip
ROOT = re.compile(
    r"^.+?(?:大学|研究院|研究所|研究会|科学院|协会|学会|有限责任公司|股份有限公司|有限公司|集团|学院)"
)
FIRM = re.compile(r"(?:有限责任公司|股份有限公司|集团有限公司|有限公司|集团)$")
ADMINISTRATIVE = re.compile(r"(?:市|县|区|自治县)$")
LEAST = 2
"""Shorter names are not looked for: one character alone is in every text."""
LEAST_REST = 4


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that takes part: its names, and the place it belongs to with its city, the larger first."""

    name: str
    short: str = ""
    english: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who stands behind one item (身份): nothing of it may reach an expert of a blind panel."""

    lead: Unit
    partners: tuple[Unit, ...] = ()
    people: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """All places of all its units, each once."""
        return tuple(dict.fromkeys(place for unit in (self.lead, *self.partners) for place in unit.places))


def terms_of(identity: Identity) -> tuple[Term, ...]:
    """Every name to hide, the more telling kind first where two are alike."""
    terms = [Term(text, Hidden.UNIT) for text in unit_names(identity.lead)]
    for partner in identity.partners:
        terms += [Term(text, Hidden.PARTNER) for text in unit_names(partner)]
    terms += [Term(text, Hidden.PLACE) for place in identity.places for text in place_names(place)]
    terms += [Term(text, Hidden.PERSON) for text in identity.people]
    terms += [Term(text, Hidden.PHONE) for text in identity.phones]
    return tuple(term for term in dict.fromkeys(terms) if len(folded(term.text)) >= LEAST)


def place_names(place: Place) -> Iterator[str]:
    """杭州市、杭州、Hangzhou, and the number under which its own standards appear."""
    yield place.name
    if place.short not in ORDINARY:
        yield place.short
    yield place.spelling
    yield f"DB{place.code}"
    yield f"DB{place.code[:4]}"


def doubtful_names(places: Iterable[Place]) -> list[str]:
    """Short names that may be ordinary words."""
    return [place.short for place in places if place.short in ORDINARY]


def unit_names(unit: Unit) -> Iterator[str]:
    """The names of a unit: as registered, in short, in English, without the province, and as body of its place."""
    own = {unit.name, unit.english, *_without_province(unit.name), *_roots(unit.name)}
    short_of_place = {name for place in unit.places for name in (place.short, place.name)}
    if unit.short and unit.short not in short_of_place:
        own.add(unit.short)
    yield from sorted(one for one in own if one)
    for head in _heads(unit.places):
        yield from (head + body for body in BODIES if head not in ORDINARY or len(body) >= LEAST_REST)


def _without_province(name: str) -> set[str]:
    rests = {name.removeprefix(prefix) for prefix in PROVINCIAL if name.startswith(prefix)}
    return {rest for rest in rests if len(rest) >= LEAST_REST and rest not in BODIES}


def _roots(name: str) -> set[str]:
    """示例大学 and 公共管理学院 of its school, 示例后勤服务 of its company."""
    roots = {FIRM.sub("", name)}
    if found := ROOT.match(name):
        roots |= {found.group(), name.removeprefix(found.group())}
    return {root for root in roots if len(folded(root)) >= LEAST_REST and root not in BODIES}


def _heads(places: tuple[Place, ...]) -> Iterator[str]:
    """How the place is written in front of its body: with and without its city, 市 and 县."""
    for place in places:
        yield from (place.name, place.short, ADMINISTRATIVE.sub("", place.name))
    if len(places) > 1:
        city, own = places[0], places[-1]
        yield from (f"{a}{b}" for a in (city.name, city.short) for b in (own.name, own.short))
