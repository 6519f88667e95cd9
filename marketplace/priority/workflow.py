"""What may become of a priority list."""

from enum import StrEnum

from marketplace.core.text import N_
from marketplace.core.workflow import Move, Workflow


class PriorityState(StrEnum):
    """名单状态."""

    DRAFT = "draft"
    PUBLISHED = "published"


PRIORITY_LIST = Workflow(
    N_("优先名单"),
    PriorityState,
    {PriorityState.DRAFT: N_("拟定中"), PriorityState.PUBLISHED: N_("已发布")},
    (
        Move(PriorityState.DRAFT, "publish", PriorityState.PUBLISHED, N_("冻结并发布"), N_("省局审定")),
        Move(
            PriorityState.PUBLISHED,
            "correct",
            PriorityState.PUBLISHED,
            N_("更正并形成新快照"),
            N_("省局审定"),
        ),
    ),
)
