"""What may become of a person's account."""

from enum import StrEnum

from marketplace.core.text import N_
from marketplace.core.workflow import Move, Workflow


class PersonState(StrEnum):
    """账号状态."""

    INVITED = "invited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


PERSON = Workflow(
    N_("人员账号"),
    PersonState,
    {
        PersonState.INVITED: N_("待接受邀请"),
        PersonState.ACTIVE: N_("启用"),
        PersonState.DEACTIVATED: N_("停用"),
    },
    (
        Move(PersonState.INVITED, "accept", PersonState.ACTIVE, N_("接受邀请"), N_("被邀请人")),
        Move(PersonState.INVITED, "invite", PersonState.INVITED, N_("重新邀请"), N_("人员管理人")),
        Move(PersonState.INVITED, "cancel", PersonState.DEACTIVATED, N_("取消邀请"), N_("人员管理人")),
        Move(PersonState.ACTIVE, "deactivate", PersonState.DEACTIVATED, N_("停用账号"), N_("人员管理人")),
        Move(PersonState.DEACTIVATED, "reactivate", PersonState.ACTIVE, N_("恢复账号"), N_("人员管理人")),
        Move(PersonState.DEACTIVATED, "invite", PersonState.INVITED, N_("重新邀请"), N_("人员管理人")),
    ),
)
