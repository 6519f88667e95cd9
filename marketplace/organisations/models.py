"""The organisation tree and the people who act for it."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.actor import Role
from marketplace.core.database import Base, Numbered, Unguessable, Versioned, one_of
from marketplace.organisations.workflow import PersonState as PersonState


class OrganisationKind(StrEnum):
    """机构类型."""

    PROVINCE = "province"  # 省机关事务管理局
    DIVISION = "division"  # 省局处室
    DIRECT_UNIT = "direct_unit"  # 省局直属单位
    MUNICIPAL = "municipal"  # 市机关事务管理部门
    COUNTY = "county"  # 县（市、区）机关事务管理部门
    REGULATOR = "regulator"  # 市场监督管理部门
    UNIVERSITY = "university"  # 高校
    INSTITUTE = "institute"  # 科研院所、标准化机构
    ASSOCIATION = "association"  # 学会协会研究会
    COMPANY = "company"  # 企业


LEAD_KINDS = (OrganisationKind.MUNICIPAL, OrganisationKind.COUNTY, OrganisationKind.DIRECT_UNIT)
"""Kinds that may lead a bid: government bodies, never firms (揭榜主体)."""


class Organisation(Numbered, Versioned, Base):
    """机构. ``order_key`` gives the order of official tables; lists sort by it, never by id."""

    __tablename__ = "organisation"
    __table_args__ = (
        one_of("kind", OrganisationKind),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="valid_span"),
    )

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    short_name: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[str] = mapped_column(String(16), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    division_code: Mapped[str | None] = mapped_column(String(6), index=True)
    order_key: Mapped[str] = mapped_column(String(40), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """The first day on which it is no more."""
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)

    parent: Mapped["Organisation | None"] = relationship(remote_side="Organisation.id")

    @property
    def last_day(self) -> date | None:
        """最后一天, where an end is set."""
        return self.valid_to - timedelta(days=1) if self.valid_to else None


class Person(Numbered, Versioned, Base):
    """人员: invited, active or deactivated, never deleted."""

    __tablename__ = "person"
    __table_args__ = (one_of("state", PersonState),)

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(16), default=PersonState.ACTIVE)
    locale: Mapped[str] = mapped_column(String(16), default="zh_Hans_CN")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None]
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    second_factor_secret: Mapped[str | None] = mapped_column(String(64))
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]

    appointments: Mapped[list["Appointment"]] = relationship(back_populates="person")


CURRENT_ADMINISTRATOR = "ended_at IS NULL AND role IN ('system_admin', 'security_admin', 'audit_admin')"
"""三员分离 as the database keeps it: nobody holds two of these."""


class Appointment(Numbered, Base):
    """任职: one person, one organisation, one role, for a time. Ended, never deleted."""

    __tablename__ = "appointment"
    __table_args__ = (
        one_of("role", Role),
        Index(
            "uq_appointment_current",
            "person_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_appointment_role",
            "role",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_appointment_one_administrator_role",
            "person_id",
            unique=True,
            sqlite_where=text(CURRENT_ADMINISTRATOR),
            postgresql_where=text(CURRENT_ADMINISTRATOR),
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="appointments")
    organisation: Mapped[Organisation] = relationship()


class SignInSession(Unguessable, Base):
    """会话, kept on the server; the cookie holds a random token whose SHA-256 is stored here."""

    __tablename__ = "sign_in_session"

    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    acting_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    idle_minutes: Mapped[int] = mapped_column(Integer)
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")


class SignInFailure(Numbered, Base):
    """登录失败记录: counts for the account and for the address alike."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_counter", "counter", "at"),)

    counter: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class SignInLock(Base):
    """登录锁定: set by the failure that was one too many; it ends by itself."""

    __tablename__ = "sign_in_lock"

    counter: Mapped[str] = mapped_column(String(80), primary_key=True)
    until: Mapped[datetime]


class TokenPurpose(StrEnum):
    """一次性链接用途."""

    INVITATION = "invitation"  # 邀请
    PASSWORD_RESET = "password_reset"  # 重置密码  # noqa: S105


class OneTimeToken(Unguessable, Versioned, Base):
    """一次性链接: works once, before it expires; only its SHA-256 is stored."""

    __tablename__ = "one_time_token"
    __table_args__ = (one_of("purpose", TokenPurpose), UniqueConstraint("token_sha256"))

    token_sha256: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class UsedPassword(Numbered, Base):
    """曾用密码: the last ones may not be used again."""

    __tablename__ = "used_password"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
