"""The register of organisations (机构): added, renamed, ended; never deleted."""

from datetime import date, timedelta

from sqlalchemy import func, select

from marketplace.core.clock import beijing_date
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.organisations import policy
from marketplace.organisations.directory import count_units_below, staff_counts
from marketplace.organisations.events import OrganisationAdded, OrganisationChanged, OrganisationEnded
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.organisations.queries import exists_on

BUREAUS = (OrganisationKind.MUNICIPAL, OrganisationKind.COUNTY)
BELOW_PROVINCE = (OrganisationKind.DIVISION, OrganisationKind.DIRECT_UNIT, OrganisationKind.MUNICIPAL)


@dataclass(frozen=True, slots=True)
class Names:
    """What an organisation is called."""

    name: str
    short_name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Foundation:
    """Where a new organisation stands."""

    kind: OrganisationKind
    code: str
    parent_id: int | None
    valid_from: date


def add_organisation(uow: UnitOfWork, names: Names, foundation: Foundation) -> Organisation:
    """新增机构."""
    require(policy.may_manage_organisations(uow.actor))
    parent = _parent(uow, foundation)
    _check_code(uow, foundation)
    bureau = foundation.kind in BUREAUS
    organisation = Organisation(
        code=foundation.code, name=names.name, name_en=names.name_en, short_name=names.short_name or names.name[:40],
        kind=foundation.kind, parent_id=parent.id if parent else None, valid_from=foundation.valid_from,
        division_code=foundation.code if bureau else None, order_key=_order_key(uow, foundation, parent),
    )  # fmt: skip
    uow.session.add(organisation)
    uow.session.flush()
    uow.emit(OrganisationAdded(organisation_id=organisation.id, name=organisation.name))
    return organisation


def _check_code(uow: UnitOfWork, foundation: Foundation) -> None:
    if foundation.kind == OrganisationKind.PROVINCE:
        raise Invalid({"kind": N_("省局只有一个")})
    if uow.session.scalar(select(Organisation.id).where(Organisation.code == foundation.code)):
        raise Invalid({"code": N_("机构代码已被使用")})
    if foundation.kind in BUREAUS and not (len(foundation.code) == 6 and foundation.code.isdigit()):
        raise Invalid({"code": N_("市县机构的代码须为6位行政区划代码")})


def _parent(uow: UnitOfWork, foundation: Foundation) -> Organisation | None:
    if foundation.kind in BELOW_PROVINCE:
        return uow.session.scalars(
            select(Organisation).where(Organisation.kind == OrganisationKind.PROVINCE)
        ).first()
    if foundation.kind != OrganisationKind.COUNTY:
        return None
    parent = uow.session.get(Organisation, foundation.parent_id) if foundation.parent_id else None
    if (
        parent is None
        or parent.kind != OrganisationKind.MUNICIPAL
        or not exists_on(parent, foundation.valid_from)
    ):
        raise Invalid({"parent_id": N_("县级机构须选择所在市")})
    return parent


def _order_key(uow: UnitOfWork, foundation: Foundation, parent: Organisation | None) -> str:
    """Bureaus stand by their division code; units of the province and partners at the end of their group."""
    if foundation.kind in BUREAUS:
        return foundation.code
    siblings = Organisation.parent_id == parent.id if parent else Organisation.parent_id.is_(None)
    prefix = f"{parent.order_key}-" if parent else "9"
    highest = uow.session.scalar(
        select(func.max(Organisation.order_key)).where(siblings, Organisation.order_key.startswith(prefix))
    )
    digits = 2 if parent else 3
    number = int(highest[len(prefix) :]) + 1 if highest and highest[len(prefix) :].isdigit() else 1
    return f"{prefix}{number:0{digits}d}"


def rename(uow: UnitOfWork, organisation: Organisation, names: Names, version: int | None) -> None:
    """修改机构: the name it had stays in the trail."""
    require(policy.may_manage_organisations(uow.actor))
    require_version(organisation, version, theirs={"name": organisation.name}, yours={"name": names.name})
    former = organisation.name
    organisation.name, organisation.name_en = names.name, names.name_en
    organisation.short_name = names.short_name or names.name[:40]
    uow.emit(OrganisationChanged(organisation_id=organisation.id, former_name=former, name=names.name))


def end_organisation(uow: UnitOfWork, organisation: Organisation, last_day: date) -> None:
    """撤销机构: from the day after its last it is offered nowhere."""
    today = beijing_date(uow.now)
    people = staff_counts(uow.session, [organisation.id]).get(organisation.id, 0)
    units = count_units_below(uow.session, organisation.id, today)
    require(policy.may_end_organisation(uow.actor, people, units))
    if organisation.valid_to is not None:
        raise Invalid({"last_day": N_("机构已经撤销")})
    if last_day < organisation.valid_from or last_day > today + timedelta(days=366):
        raise Invalid({"last_day": N_("最后一天须在设立日期之后、一年之内")})
    organisation.valid_to = last_day + timedelta(days=1)
    uow.emit(
        OrganisationEnded(
            organisation_id=organisation.id, name=organisation.name, last_day=last_day.isoformat()
        )
    )
