"""The organisations to begin with: province, divisions, direct units, municipal and county bureaus, partners.

Codes and names of places are the official ones; names of bureaus follow the common pattern and are marked as sample
where no public source names the body.
"""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import select

from marketplace.core.unit_of_work import UnitOfWork
from marketplace.organisations.models import Organisation, OrganisationKind

DATA = Path(__file__).resolve().parent.parent / "data"
VALID_FROM = date(2021, 1, 1)
PROVINCE_CODE = "330000"

LEVELS = {
    "副省级城市": "Municipal", "地级市": "Municipal", "市辖区": "District", "县级市": "City", "县": "County",
    "自治县": "Autonomous County",
}  # fmt: skip
"""What a place of this kind is called in the English name of its bureau."""

Row = tuple[str, str, str, OrganisationKind, bool]
"""code, Chinese name, English name, kind, marked as sample."""

PROVINCE: Row = (
    PROVINCE_CODE, "浙江省机关事务管理局", "Zhejiang Provincial Government Offices Administration",
    OrganisationKind.PROVINCE, False,
)  # fmt: skip
DIVISIONS: tuple[Row, ...] = (
    ("330000-D1", "标准化工作处", "Standardization Division", OrganisationKind.DIVISION, True),
    ("330000-D2", "资产管理处", "Asset Management Division", OrganisationKind.DIVISION, True),
    (
        "330000-D3",
        "公共机构节能处",
        "Public Institution Energy Saving Division",
        OrganisationKind.DIVISION,
        True,
    ),
)
DIRECT_UNITS: tuple[Row, ...] = (
    ("330000-U1", "浙江省级机关行政餐务管理中心", "Provincial Government Catering Management Centre",
     OrganisationKind.DIRECT_UNIT, False),
    ("330000-U2", "浙江省级机关公务用车管理中心", "Provincial Government Vehicle Management Centre",
     OrganisationKind.DIRECT_UNIT, False),
    ("330000-U3", "浙江省级机关事业单位办公用房管理中心", "Provincial Government Office Space Management Centre",
     OrganisationKind.DIRECT_UNIT, False),
)  # fmt: skip
PARTNERS: tuple[Row, ...] = (
    ("P-R1", "浙江省市场监督管理局", "Zhejiang Administration for Market Regulation",
     OrganisationKind.REGULATOR, False),
    ("P-A1", "浙江省机关事务管理研究会", "Zhejiang Government Offices Affairs Research Association",
     OrganisationKind.ASSOCIATION, False),
    ("P-I1", "浙江省标准化研究院", "Zhejiang Institute of Standardization", OrganisationKind.INSTITUTE, False),
    ("P-I2", "示例标准技术研究所", "Sample Standards Technology Institute", OrganisationKind.INSTITUTE, True),
    ("P-U1", "示例大学公共管理学院", "Sample University School of Public Administration",
     OrganisationKind.UNIVERSITY, True),
    ("P-U2", "示例理工大学", "Sample University of Technology", OrganisationKind.UNIVERSITY, True),
    ("P-C1", "示例后勤服务有限公司", "Sample Facility Services Ltd", OrganisationKind.COMPANY, True),
)  # fmt: skip


def _divisions() -> Iterator[dict[str, str]]:
    with (DATA / "zhejiang_divisions.csv").open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


def load_reference(uow: UnitOfWork) -> int:
    """Creates the organisations that do not exist yet; answers how many (机构初始化)."""
    known = {code: key for code, key in uow.session.execute(select(Organisation.code, Organisation.id))}
    before = len(known)
    _add(uow, known, PROVINCE, None, PROVINCE_CODE)
    for number, row in enumerate((*DIVISIONS, *DIRECT_UNITS), 1):
        _add(uow, known, row, PROVINCE_CODE, f"{PROVINCE_CODE}-{number:02d}")
    for place in _divisions():
        if place["level"] != "province":
            _add_bureau(uow, known, place)
    for number, row in enumerate(PARTNERS, 1):
        _add(uow, known, row, None, f"9{number:03d}")
    return len(known) - before


def _add_bureau(uow: UnitOfWork, known: dict[str, int], place: dict[str, str]) -> None:
    municipal = place["level"] == "prefecture"
    kind = OrganisationKind.MUNICIPAL if municipal else OrganisationKind.COUNTY
    name = f"{place['name']}机关事务管理局" if municipal else f"{place['name']}机关事务管理中心"
    body = "Administration" if municipal else "Centre"
    english = f"{place['slug'].capitalize()} {LEVELS[place['kind']]} Government Offices {body}"
    row = (place["code"], name, english, kind, True)
    _add(uow, known, row, place["parent_code"], place["code"], place["short_name"])


def _add(
    uow: UnitOfWork, known: dict[str, int], row: Row, parent: str | None, order_key: str, short_name: str = ""
) -> None:
    code, name, english, kind, is_sample = row
    if code in known:
        return
    organisation = Organisation(
        code=code,
        name=name,
        name_en=english,
        short_name=short_name or name,
        kind=kind,
        parent_id=known[parent] if parent else None,
        division_code=code if kind in (OrganisationKind.MUNICIPAL, OrganisationKind.COUNTY) else None,
        order_key=order_key,
        valid_from=VALID_FROM,
        is_sample=is_sample,
    )
    uow.session.add(organisation)
    uow.session.flush()
    known[code] = organisation.id
