"""What may become of a priority round and of a declaration."""

from enum import StrEnum

from marketplace.core.text import N_
from marketplace.core.workflow import Move, Workflow


class PriorityState(StrEnum):
    """轮次状态."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    PUBLISHED = "published"
    CORRECTING = "correcting"


_OFFICER, _APPROVER = N_("省局经办"), N_("省局审定")

PRIORITY_LIST = Workflow(
    N_("优先轮次"),
    PriorityState,
    {
        PriorityState.DRAFT: N_("拟定中"),
        PriorityState.ANNOUNCED: N_("规则已公布"),
        PriorityState.PUBLISHED: N_("已发布"),
        PriorityState.CORRECTING: N_("更正中"),
    },
    (
        Move(PriorityState.DRAFT, "announce", PriorityState.ANNOUNCED, N_("公布规则"), _APPROVER),
        Move(PriorityState.ANNOUNCED, "publish", PriorityState.PUBLISHED, N_("冻结并发布"), _APPROVER),
        Move(PriorityState.PUBLISHED, "propose", PriorityState.CORRECTING, N_("提出更正"), _OFFICER),
        Move(
            PriorityState.CORRECTING,
            "correct",
            PriorityState.PUBLISHED,
            N_("确认更正并形成新快照"),
            _APPROVER,
        ),
        Move(PriorityState.CORRECTING, "drop", PriorityState.PUBLISHED, N_("不予更正"), _APPROVER),
    ),
)


class MeetingOpinionState(StrEnum):
    """会议意见状态."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


LAPSED = N_("更正不予确认，随之失效")
"""What becomes of an opinion typed for a correction that is declined."""

MEETING_OPINION = Workflow(
    N_("会议意见"),
    MeetingOpinionState,
    {
        MeetingOpinionState.PROPOSED: N_("待第二人确认"),
        MeetingOpinionState.CONFIRMED: N_("已确认"),
        MeetingOpinionState.REFUSED: N_("未确认"),
    },
    (
        Move(
            MeetingOpinionState.PROPOSED,
            "confirm",
            MeetingOpinionState.CONFIRMED,
            N_("确认会议意见"),
            _APPROVER,
        ),
        Move(MeetingOpinionState.PROPOSED, "refuse", MeetingOpinionState.REFUSED, N_("不予确认"), _APPROVER),
        Move(
            MeetingOpinionState.PROPOSED,
            "lapse",
            MeetingOpinionState.REFUSED,
            N_("更正不予确认，随之失效"),
            _APPROVER,
        ),
        Move(
            MeetingOpinionState.CONFIRMED,
            "lapse",
            MeetingOpinionState.REFUSED,
            N_("更正不予确认，随之失效"),
            _APPROVER,
        ),
    ),
)


class DeclarationState(StrEnum):
    """申报状态."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"


DECLARATION = Workflow(
    N_("指标申报"),
    DeclarationState,
    {
        DeclarationState.DRAFT: N_("填报中"),
        DeclarationState.SUBMITTED: N_("待核定"),
        DeclarationState.ACCEPTED: N_("已采信"),
        DeclarationState.REFUSED: N_("不予采信"),
    },
    (
        Move(DeclarationState.DRAFT, "submit", DeclarationState.SUBMITTED, N_("提交申报"), N_("单位负责人")),
        Move(DeclarationState.SUBMITTED, "accept", DeclarationState.ACCEPTED, N_("采信"), _OFFICER),
        Move(DeclarationState.SUBMITTED, "refuse", DeclarationState.REFUSED, N_("不予采信"), _OFFICER),
        Move(DeclarationState.REFUSED, "revise", DeclarationState.DRAFT, N_("修改后重新申报"), N_("填报人")),
    ),
)
