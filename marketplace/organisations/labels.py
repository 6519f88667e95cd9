"""The Chinese words of codes (msgids)."""

from marketplace.core.actor import Role
from marketplace.core.text import N_
from marketplace.organisations.models import OrganisationKind

ROLE_LABELS: dict[Role, str] = {
    Role.OFFICER: N_("省局经办"),
    Role.APPROVER: N_("省局审定"),
    Role.CLERK: N_("填报"),
    Role.HEAD: N_("审核"),
    Role.EXPERT: N_("专家"),
    Role.AUDITOR: N_("监督"),
    Role.SYSTEM_ADMIN: N_("系统管理员"),
    Role.SECURITY_ADMIN: N_("安全管理员"),
    Role.AUDIT_ADMIN: N_("审计管理员"),
}

KIND_LABELS: dict[OrganisationKind, str] = {
    OrganisationKind.PROVINCE: N_("省局"),
    OrganisationKind.DIVISION: N_("省局处室"),
    OrganisationKind.DIRECT_UNIT: N_("直属单位"),
    OrganisationKind.MUNICIPAL: N_("市级"),
    OrganisationKind.COUNTY: N_("县级"),
    OrganisationKind.REGULATOR: N_("市场监管部门"),
    OrganisationKind.UNIVERSITY: N_("高校"),
    OrganisationKind.INSTITUTE: N_("科研院所"),
    OrganisationKind.ASSOCIATION: N_("学会协会"),
    OrganisationKind.COMPANY: N_("企业"),
}
