"""Who acts: a person, in a role, for one organisation (办事身份)."""

from dataclasses import field
from enum import StrEnum

from marketplace.core.dataclass import dataclass


class Role(StrEnum):
    """What a person may do for the organisation that appointed her (角色)."""

    __hash__ = str.__hash__
    """As that of the text it equals, and many times faster than that of enumerations: every page asks for roles."""

    OFFICER = "officer"  # 省局经办
    APPROVER = "approver"  # 省局审定
    CLERK = "clerk"  # 填报
    HEAD = "head"  # 审核（单位负责人）
    EXPERT = "expert"  # 专家
    AUDITOR = "auditor"  # 监督
    SYSTEM_ADMIN = "system_admin"  # 系统管理员
    SECURITY_ADMIN = "security_admin"  # 安全管理员
    AUDIT_ADMIN = "audit_admin"  # 审计管理员


PROVINCE_ROLES = frozenset({Role.OFFICER, Role.APPROVER})
BUREAU_ROLES = frozenset({Role.CLERK, Role.HEAD})
ADMINISTRATOR_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


@dataclass(frozen=True, slots=True)
class Actor:
    """One person acting for one organisation, with the roles held there at this moment."""

    person_id: int | None
    person_name: str
    organisation_id: int | None
    organisation_name: str
    organisation_kind: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)

    def has(self, *roles: Role) -> bool:
        """True when the actor holds at least one of the roles."""
        return bool(self.roles.intersection(roles))

    @property
    def is_system(self) -> bool:
        """True for the program itself only. A visitor is nobody either, but decides nothing."""
        return self == SYSTEM


SYSTEM = Actor(None, "系统", None, "")
"""The program itself, when time alone decides (到期开启、提醒)."""

ANONYMOUS = Actor(None, "", None, "")
"""Whoever has not signed in (访客)."""
