"""Who may do what with the expert pool."""

from marketplace.core.actor import Actor, Role
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, no
from marketplace.experts.models import Expert

READERS = (Role.OFFICER, Role.APPROVER, Role.AUDITOR)
"""Who reads the pool."""


def may_manage_experts(actor: Actor) -> Verdict:
    """专家入库、修改专家信息."""
    return YES if actor.has(Role.OFFICER) else no(N_("只有省局经办可以办理"))


def may_change_own(actor: Actor, expert: Expert) -> Verdict:
    """维护本人信息."""
    own = actor.person_id is not None and actor.person_id == expert.person_id
    return YES if own else no(N_("只能由专家本人办理"))
