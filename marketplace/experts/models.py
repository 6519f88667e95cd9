"""The members of the expert pool."""

from datetime import date

from sqlalchemy import JSON, Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.database import Base, Numbered, Versioned
from marketplace.organisations.models import Organisation, Person


class Expert(Numbered, Versioned, Base):
    """专家: a person of the pool with fields of expertise and a term."""

    __tablename__ = "expert"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    title: Mapped[str] = mapped_column(String(80), default="")
    technical: Mapped[bool] = mapped_column(Boolean, default=True)
    term_from: Mapped[date]
    term_to: Mapped[date | None]
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation] = relationship()
