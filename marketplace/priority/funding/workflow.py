"""What may become of funding terms and requests; deviations are opinions of the meeting (``priority/workflow.py``)."""

from enum import StrEnum

from marketplace.core.text import N_
from marketplace.core.workflow import Move, Workflow

_OFFICER, _APPROVER, _HEAD = N_("省局经办"), N_("省局审定"), N_("单位负责人或省局经办")


class TermsState(StrEnum):
    """资金规则状态."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    REPLACED = "replaced"


FUNDING_TERMS = Workflow(
    N_("资金规则"),
    TermsState,
    {
        TermsState.DRAFT: N_("待确认"),
        TermsState.IN_FORCE: N_("执行中"),
        TermsState.REPLACED: N_("已被替代"),
    },
    (
        Move(TermsState.DRAFT, "confirm", TermsState.IN_FORCE, N_("确认并公布"), _APPROVER),
        Move(TermsState.IN_FORCE, "replace", TermsState.REPLACED, N_("由新的资金规则替代"), _APPROVER),
    ),
)


class RequestState(StrEnum):
    """资金申请状态."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"


FUNDING_REQUEST = Workflow(
    N_("资金申请"),
    RequestState,
    {
        RequestState.DRAFT: N_("填报中"),
        RequestState.SUBMITTED: N_("已提交"),
        RequestState.RETURNED: N_("已退回"),
    },
    (
        Move(RequestState.DRAFT, "submit", RequestState.SUBMITTED, N_("提交资金申请"), _HEAD),
        Move(RequestState.RETURNED, "submit", RequestState.SUBMITTED, N_("重新提交资金申请"), _HEAD),
        Move(RequestState.SUBMITTED, "return", RequestState.RETURNED, N_("退回资金申请"), _OFFICER),
        Move(RequestState.SUBMITTED, "withdraw", RequestState.DRAFT, N_("撤回资金申请"), _HEAD),
    ),
)
