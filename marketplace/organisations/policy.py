"""Who may do what with people and organisations (人员与机构管理权限). Three administrators are kept apart: nobody holds
two of their roles, and none of them takes part in the story (三员分离)."""

from collections.abc import Iterable

from marketplace.core.actor import ADMINISTRATOR_ROLES, BUREAU_ROLES, PROVINCE_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, first_refusal, no
from marketplace.organisations.models import LEAD_KINDS, OrganisationKind, Person
from marketplace.organisations.workflow import PERSON, PersonState

ROLES_BY_KIND: dict[str, frozenset[Role]] = {
    OrganisationKind.PROVINCE: PROVINCE_ROLES | ADMINISTRATOR_ROLES | {Role.AUDITOR, Role.EXPERT},
    **{str(kind): BUREAU_ROLES | {Role.EXPERT} for kind in LEAD_KINDS},
}
"""Which roles a person may hold in which kind of organisation; elsewhere only 专家."""

NEVER_VACANT = frozenset({Role.APPROVER, Role.HEAD, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""Roles whose last holder in an organisation cannot go before somebody else has the role."""

Post = tuple[int, Role]
"""An organisation's id and a role there."""


def roles_in(kind: str) -> frozenset[Role]:
    """The roles that exist in this kind of organisation."""
    return ROLES_BY_KIND.get(kind, frozenset({Role.EXPERT}))


def may_manage_people(actor: Actor) -> Verdict:
    """人员管理: the security administrator for everybody, a head for the own unit."""
    if actor.has(Role.SECURITY_ADMIN, Role.HEAD):
        return YES
    return no(N_("只有省局安全管理员和单位负责人可以管理人员"))


def may_grant(actor: Actor, organisation_id: int, organisation_kind: str, role: Role) -> Verdict:
    """Whether the actor may give or take this role in this organisation."""
    if role not in roles_in(organisation_kind):
        return no(N_("此类单位没有这个角色"))
    if actor.has(Role.SECURITY_ADMIN):
        return YES
    if actor.has(Role.HEAD) and organisation_id == actor.organisation_id and role in BUREAU_ROLES:
        return YES
    return first_refusal(may_manage_people(actor), no(N_("单位负责人只能管理本单位的填报和审核人员")))


def roles_compatible(held: Iterable[Role], added: Role) -> Verdict:
    """三员分离: no second administrator role, and no administrator role beside a role of the story."""
    others = set(held) - {added}
    if added in ADMINISTRATOR_ROLES and others & ADMINISTRATOR_ROLES:
        return no(N_("系统、安全、审计管理员须由不同的人担任"))
    if (added in ADMINISTRATOR_ROLES and others) or (others & ADMINISTRATOR_ROLES):
        return no(N_("管理员不能同时承担业务角色"))
    return YES


def not_oneself(actor: Actor, person: Person) -> Verdict:
    """Nobody changes the own rights."""
    return no(N_("不能管理自己的账号和角色，请由他人办理")) if actor.person_id == person.id else YES


def may_change_person(actor: Actor, person: Person, posts: Iterable[Post]) -> Verdict:
    """Whether the whole account is the actor's to manage: a head's, when the person acts for no other unit."""
    if actor.has(Role.SECURITY_ADMIN):
        return not_oneself(actor, person)
    foreign = any(unit != actor.organisation_id or role not in BUREAU_ROLES for unit, role in posts)
    elsewhere = no(N_("此人在其他单位或以其他角色任职，请由省局安全管理员办理")) if foreign else YES
    return first_refusal(may_manage_people(actor), not_oneself(actor, person), elsewhere)


def _in_state(person: Person, action: str, reason: str) -> Verdict:
    return YES if PERSON.allows(person.state, action) else no(reason)


def may_deactivate(actor: Actor, person: Person, posts: Iterable[Post], sole: Iterable[Post]) -> Verdict:
    """停用: ``sole`` are the roles that nobody else holds."""
    vacant = no(N_("此人是所在单位该角色的最后一人，请先安排接替人员")) if list(sole) else YES
    state = _in_state(person, "deactivate", N_("只有启用的账号可以停用"))
    return first_refusal(state, may_change_person(actor, person, posts), vacant)


def may_reactivate(actor: Actor, person: Person, posts: Iterable[Post]) -> Verdict:
    """恢复: with the password of before; who never had one is invited again."""
    never = no(N_("此人尚未设置过密码，请重新邀请")) if not (person.password_hash or person.is_demo) else YES
    state = _in_state(person, "reactivate", N_("只有停用的账号可以恢复"))
    return first_refusal(state, may_change_person(actor, person, posts), never)


def may_invite_again(actor: Actor, person: Person, posts: Iterable[Post]) -> Verdict:
    """重新邀请: a new link; the earlier one ends."""
    settled = no(N_("此人已开通账号，不需要邀请")) if person.password_hash or person.is_demo else YES
    state = _in_state(person, "invite", N_("此人已开通账号，不需要邀请"))
    return first_refusal(state, may_change_person(actor, person, posts), settled)


def may_cancel_invitation(actor: Actor, person: Person, posts: Iterable[Post]) -> Verdict:
    """取消邀请."""
    state = _in_state(person, "cancel", N_("没有待接受的邀请"))
    return first_refusal(state, may_change_person(actor, person, posts))


def may_end_post(actor: Actor, person: Person, post: Post, kind: str, sole: Iterable[Post]) -> Verdict:
    """结束任职."""
    vacant = no(N_("此人是所在单位该角色的最后一人，请先安排接替人员")) if post in set(sole) else YES
    return first_refusal(may_grant(actor, post[0], kind, post[1]), not_oneself(actor, person), vacant)


def may_add_post(actor: Actor, person: Person, held: Iterable[Role], post: Post, kind: str) -> Verdict:
    """增加任职."""
    gone = no(N_("账号已停用，请先恢复")) if person.state == PersonState.DEACTIVATED else YES
    return first_refusal(
        may_grant(actor, post[0], kind, post[1]),
        not_oneself(actor, person),
        gone,
        roles_compatible(held, post[1]),
    )


def may_manage_organisations(actor: Actor) -> Verdict:
    """机构管理: the system administrator."""
    return YES if actor.has(Role.SYSTEM_ADMIN) else no(N_("只有系统管理员可以管理机构"))


def may_end_organisation(actor: Actor, people: int, units: int) -> Verdict:
    """撤销机构: only when nobody acts for it and nothing stands below it."""
    if units:
        return no(N_("还有%(n)s个下级机构，请先处理"), n=units)
    if people:
        return no(N_("还有%(n)s名在任人员，请先结束任职"), n=people)
    return may_manage_organisations(actor)
