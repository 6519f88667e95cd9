"""What may become of a computation."""

from enum import StrEnum

from marketplace.core.text import N_
from marketplace.core.workflow import Move, Workflow


class ComputationState(StrEnum):
    """后台计算状态."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = frozenset({ComputationState.QUEUED, ComputationState.RUNNING})

_SYSTEM = N_("系统")

COMPUTATION = Workflow(
    N_("后台计算"),
    ComputationState,
    {
        ComputationState.QUEUED: N_("排队等待计算"),
        ComputationState.RUNNING: N_("正在计算"),
        ComputationState.DONE: N_("计算完成"),
        ComputationState.FAILED: N_("计算未成功"),
        ComputationState.CANCELLED: N_("计算已取消"),
    },
    (
        Move(ComputationState.QUEUED, "start", ComputationState.RUNNING, N_("开始计算"), _SYSTEM),
        Move(ComputationState.RUNNING, "requeue", ComputationState.QUEUED, N_("重新排队"), _SYSTEM),
        Move(ComputationState.RUNNING, "finish", ComputationState.DONE, N_("得出结果"), _SYSTEM),
        Move(ComputationState.RUNNING, "fail", ComputationState.FAILED, N_("记录失败原因"), _SYSTEM),
        Move(
            ComputationState.QUEUED, "cancel", ComputationState.CANCELLED, N_("取消计算"), N_("提交人或省局")
        ),
        Move(
            ComputationState.RUNNING, "cancel", ComputationState.CANCELLED, N_("取消计算"), N_("提交人或省局")
        ),
    ),
)
