"""What happens to people, their sessions and their organisations."""

from typing import ClassVar

from marketplace.core.dataclass import dataclass
from marketplace.core.events import Event
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEvent(Event):
    """Something about one person."""

    subject_kind: ClassVar[str] = "person"
    person_id: int

    @property
    def subject_id(self) -> int:
        return self.person_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(PersonEvent):
    """登录."""

    audit_label: ClassVar[str] = N_("登录")
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(PersonEvent):
    """退出登录."""

    audit_label: ClassVar[str] = N_("退出登录")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsEnded(PersonEvent):
    """结束会话: one's own other sessions, or all of them because something about the person has changed."""

    audit_label: ClassVar[str] = N_("结束登录会话")
    count: int
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingChosen(PersonEvent):
    """切换代表的单位."""

    audit_label: ClassVar[str] = N_("切换代表的单位")
    organisation_id: int
    organisation_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(PersonEvent):
    """修改密码: by oneself, or through a mailed link."""

    audit_label: ClassVar[str] = N_("修改密码")
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(PersonEvent):
    """申请重置密码. The link's secret goes into the mail and nowhere else."""

    audit_label: ClassVar[str] = N_("申请重置密码")
    private_fields: ClassVar[frozenset[str]] = frozenset({"secret", "token_id"})
    token_id: int
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonInvited(PersonEvent):
    """邀请人员. The link's secret goes into the mail and nowhere else."""

    audit_label: ClassVar[str] = N_("邀请人员")
    private_fields: ClassVar[frozenset[str]] = frozenset({"secret", "token_id"})
    email: str
    posts: list[tuple[str, str]]
    token_id: int
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationAccepted(PersonEvent):
    """接受邀请."""

    audit_label: ClassVar[str] = N_("接受邀请")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationExpired(PersonEvent):
    """邀请过期."""

    audit_label: ClassVar[str] = N_("邀请过期")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationCancelled(PersonEvent):
    """取消邀请."""

    audit_label: ClassVar[str] = N_("取消邀请")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDeactivated(PersonEvent):
    """停用账号."""

    audit_label: ClassVar[str] = N_("停用账号")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReactivated(PersonEvent):
    """恢复账号."""

    audit_label: ClassVar[str] = N_("恢复账号")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDescribed(PersonEvent):
    """修改人员信息: which fields have changed; phone numbers stay out of the trail."""

    audit_label: ClassVar[str] = N_("修改人员信息")
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAdded(PersonEvent):
    """增加任职."""

    audit_label: ClassVar[str] = N_("增加任职")
    organisation_id: int
    organisation_name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEnded(PersonEvent):
    """结束任职."""

    audit_label: ClassVar[str] = N_("结束任职")
    organisation_id: int
    organisation_name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationEvent(Event):
    """Something about one organisation."""

    subject_kind: ClassVar[str] = "organisation"
    organisation_id: int

    @property
    def subject_id(self) -> int:
        return self.organisation_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleImported(OrganisationEvent):
    """批量导入人员, in the name of the importing unit."""

    audit_label: ClassVar[str] = N_("批量导入人员")
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationAdded(OrganisationEvent):
    """新增机构."""

    audit_label: ClassVar[str] = N_("新增机构")
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationChanged(OrganisationEvent):
    """修改机构: what it was called before."""

    audit_label: ClassVar[str] = N_("修改机构")
    former_name: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationEnded(OrganisationEvent):
    """撤销机构."""

    audit_label: ClassVar[str] = N_("撤销机构")
    name: str
    last_day: str
