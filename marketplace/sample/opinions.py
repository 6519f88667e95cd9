"""What the chair of a sample panel does after the result: the meeting's votes, the opinions, the final document."""

from marketplace.reviews.analysis.meeting import open_disputes
from marketplace.reviews.analysis.operations import Vote, record_meeting_vote, write_note
from marketplace.reviews.analysis.reading import analysis_of
from marketplace.reviews.heads import head_of
from marketplace.reviews.models import Panel
from marketplace.reviews.opinion.confirming import confirm_opinion
from marketplace.reviews.opinion.operations import finalise_opinion
from marketplace.reviews.opinion.reading import draft_of
from marketplace.reviews.queries.panels import items_of
from marketplace.reviews.workflow import NoteKind
from marketplace.sample.stage import Stage

FIRST = (
    "方案目标清楚、路径可行，试点单位和数据来源落实，同意列入优先立项范围；建议进一步量化考核指标。（示例）"
)
OTHERS = "方案总体可行，与榜题要求基本相符；推广条件和经费测算需补充依据。（示例）"
DISSENT = "一位专家认为试点周期偏紧，建议延长两个月，其余专家未予采纳。（示例）"
OVERALL = (
    "评审组按公布的规程独立评分，对各项方案进行了讨论。专家组认为评审过程规范，结果能够反映方案的实际水平，"
    "同意按正式名次提出立项意见。（示例）"
)


def concluded(stage: Stage, panel_id: int) -> None:
    """The opinions are written, the head confirms them, and the chair makes the document final."""
    drafted(stage, panel_id)
    _confirmed_by_head(stage, panel_id)
    stage.do("officer", finalise_opinion, (Panel, panel_id))


def drafted(stage: Stage, panel_id: int) -> None:
    """The meeting votes where it must; the chair writes the opinions, which wait for the head's word."""
    stage.compute_waiting()
    with stage.acting("officer") as uow:
        panel = uow.session.get_one(Panel, panel_id)
        analysis = analysis_of(uow.session, panel)
        for disputed in open_disputes(panel.result, None if analysis is None else analysis.record):
            record_meeting_vote(uow, panel, disputed, Vote(5, 0, 0, "讨论后一致同意。（示例）"), 5)
        for place, item in enumerate(items_of(uow.session, panel_id)):
            write_note(uow, panel, item.id, NoteKind.CONCLUSION, OTHERS if place else FIRST)
            if place == 1:
                write_note(uow, panel, item.id, NoteKind.DISSENT, DISSENT)
        write_note(uow, panel, None, NoteKind.CONCLUSION, OVERALL)


def _confirmed_by_head(stage: Stage, panel_id: int) -> None:
    """The panel's head reads the draft and confirms it."""
    with stage.acting(None) as uow:
        panel = uow.session.get_one(Panel, panel_id)
        head, seen = head_of(uow.session, panel_id), draft_of(uow.session, panel, None).sha256
        person = None if head is None else head.expert.person_id
    for key, one in stage.people.items():
        if one == person:
            stage.do(key, confirm_opinion, (Panel, panel_id), seen)
