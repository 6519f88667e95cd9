"""The places of the province (行政区划) with their usual short names."""

import csv
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from marketplace.core.dataclass import dataclass
from marketplace.organisations.reference import DATA

PROVINCE = "330000"


@dataclass(frozen=True, slots=True)
class Place:
    """行政区划: code, full name (杭州市), short name (杭州), spelling (hangzhou); ``parent``: of what it is part."""

    code: str
    name: str
    short: str
    spelling: str
    parent: str


@cache
def places() -> Mapping[str, Place]:
    """By code; the province itself is left out."""
    with (DATA / "zhejiang_divisions.csv").open(encoding="utf-8", newline="") as source:
        rows = [row for row in csv.DictReader(source) if row["code"] != PROVINCE]
    return MappingProxyType(
        {
            row["code"]: Place(row["code"], row["name"], row["short_name"], row["slug"], row["parent_code"])
            for row in rows
        }
    )


def place_and_city(code: str | None) -> tuple[Place, ...]:
    """A place and the city it belongs to, the larger first; nothing for bodies without a place."""
    found: list[Place] = []
    here = places().get(code or "")
    while here is not None:
        found.insert(0, here)
        here = places().get(here.parent)
    return tuple(found)
