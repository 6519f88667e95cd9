"""Marking mountain and island counties (山区海岛县标注): by the office, resting on a document it names."""

from collections.abc import Collection

from sqlalchemy import select

from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.priority import policy
from marketplace.priority.events import AreaMarked
from marketplace.priority.models import AreaMark

LONGEST_BASIS = 200


def mark_areas(uow: UnitOfWork, chosen: Collection[int], basis: str) -> None:
    """The marked counties are the chosen ones; new marks carry the document they rest on."""
    require(policy.may_draft(uow.actor))
    known = {mark.organisation_id: mark for mark in uow.session.scalars(select(AreaMark))}
    new = sorted(set(chosen) - set(known))
    counties = select(Organisation.id).where(
        Organisation.id.in_(new), Organisation.kind == OrganisationKind.COUNTY
    )
    if len(uow.session.scalars(counties).all()) != len(new):
        raise Invalid({"counties": N_("请选择列出的一项")})
    if (new and not basis) or len(basis) > LONGEST_BASIS:
        raise Invalid({"basis": (N_("请填写依据文件，不超过%(most)s字"), {"most": LONGEST_BASIS})})
    for organisation_id in new:
        uow.session.add(
            AreaMark(
                organisation_id=organisation_id, basis=basis, marked_by=uow.actor.person_id, marked_at=uow.now
            )
        )
        uow.emit(AreaMarked(organisation_id=organisation_id, marked=True, opinion=basis))
    for organisation_id in sorted(set(known) - set(chosen)):
        uow.session.delete(known[organisation_id])
        uow.emit(AreaMarked(organisation_id=organisation_id, marked=False, opinion=basis))
