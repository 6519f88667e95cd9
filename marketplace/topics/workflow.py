"""What may become of a challenge list and of a topic."""

from enum import StrEnum

from marketplace.core.text import N_
from marketplace.core.workflow import Move, Workflow


class ListState(StrEnum):
    """榜单状态."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class TopicState(StrEnum):
    """榜题状态."""

    DRAFT = "draft"
    IN_APPROVAL = "in_approval"
    SCHEDULED = "scheduled"
    OPEN = "open"
    IN_REVIEW = "in_review"
    AWARDED = "awarded"
    COMPLETED = "completed"
    NO_AWARD = "no_award"
    WITHDRAWN = "withdrawn"


CHALLENGE_LIST = Workflow(
    N_("榜单"),
    ListState,
    {
        ListState.DRAFT: N_("草稿"),
        ListState.PUBLISHED: N_("已发布"),
        ListState.CLOSED: N_("已结束"),
    },
    (
        Move(ListState.DRAFT, "publish", ListState.PUBLISHED, N_("发布榜单"), N_("省局审定")),
        Move(ListState.PUBLISHED, "close", ListState.CLOSED, N_("结束榜单"), N_("省局审定")),
    ),
)

TOPIC = Workflow(
    N_("榜题"),
    TopicState,
    {
        TopicState.DRAFT: N_("草稿"),
        TopicState.IN_APPROVAL: N_("审定中"),
        TopicState.SCHEDULED: N_("待发榜"),
        TopicState.OPEN: N_("揭榜中"),
        TopicState.IN_REVIEW: N_("评审中"),
        TopicState.AWARDED: N_("已立项"),
        TopicState.COMPLETED: N_("已办结"),
        TopicState.NO_AWARD: N_("流榜"),
        TopicState.WITHDRAWN: N_("已撤榜"),
    },
    (
        Move(TopicState.DRAFT, "submit", TopicState.IN_APPROVAL, N_("提交审定"), N_("省局经办")),
        Move(TopicState.IN_APPROVAL, "return", TopicState.DRAFT, N_("退回修改"), N_("省局审定")),
        Move(TopicState.IN_APPROVAL, "schedule", TopicState.SCHEDULED, N_("批准并定时发榜"), N_("省局审定")),
        Move(TopicState.IN_APPROVAL, "publish", TopicState.OPEN, N_("批准并发榜"), N_("省局审定")),
        Move(TopicState.SCHEDULED, "publish", TopicState.OPEN, N_("发榜"), N_("系统定时")),
        Move(TopicState.SCHEDULED, "return", TopicState.DRAFT, N_("取消定时并退回"), N_("省局审定")),
        Move(TopicState.OPEN, "open_bids", TopicState.IN_REVIEW, N_("截止并启封"), N_("系统定时")),
        Move(TopicState.OPEN, "open_without_bids", TopicState.NO_AWARD, N_("截止无人揭榜"), N_("系统定时")),
        Move(TopicState.OPEN, "withdraw", TopicState.WITHDRAWN, N_("撤榜"), N_("省局审定")),
        Move(TopicState.SCHEDULED, "withdraw", TopicState.WITHDRAWN, N_("撤榜"), N_("省局审定")),
        Move(TopicState.IN_REVIEW, "award", TopicState.AWARDED, N_("确定揭榜单位"), N_("省局审定")),
        Move(TopicState.IN_REVIEW, "award_none", TopicState.NO_AWARD, N_("不予立项"), N_("省局审定")),
        Move(TopicState.AWARDED, "complete", TopicState.COMPLETED, N_("全部项目办结"), N_("系统")),
    ),
)
