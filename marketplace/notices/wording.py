"""The words for a notice."""

from marketplace.core.text import N_
from marketplace.notices.models import Notice, NoticeKind

KIND_LABELS = {
    NoticeKind.PUBLICATION: N_("发榜公告"),
    NoticeKind.AMENDMENT: N_("修改公告"),
    NoticeKind.WITHDRAWAL: N_("撤榜公告"),
    NoticeKind.RESULT: N_("揭榜结果"),
    NoticeKind.OUTCOME: N_("验收结果"),
    NoticeKind.RANKING: N_("试点与资金名单"),
}
TONES = {
    NoticeKind.PUBLICATION: "progress",
    NoticeKind.AMENDMENT: "warning",
    NoticeKind.WITHDRAWAL: "danger",
    NoticeKind.RESULT: "info",
    NoticeKind.OUTCOME: "success",
    NoticeKind.RANKING: "accent",
}


def title_of(notice: Notice, english: bool) -> str:
    """The title in the reader's language."""
    return notice.title_en if english else notice.title


def body_of(notice: Notice, english: bool) -> str:
    """The Markdown text in the reader's language."""
    return notice.body_en if english else notice.body
