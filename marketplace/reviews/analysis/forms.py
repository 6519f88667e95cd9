"""What the office types on the chair's page."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField
from wtforms.validators import DataRequired, InputRequired

from marketplace.reviews.analysis.operations import NOTE_LIMIT, Vote
from marketplace.web.fields import WholeField
from marketplace.web.forms import Form, LongTextField

WHOLE_PANEL = 0
"""The choice that stands for no single item."""


class NoteForm(Form):
    """记录评审会讨论: one text in its next version. ``version`` carries the number of the version that was shown, and
    ``opened`` which text that was: choosing another one leads to a text that nobody has seen."""

    opened = HiddenField()
    item_id = SelectField(_l("关于"), coerce=int)
    kind = SelectField(_l("类别"))
    text = LongTextField(
        _l("内容"), most=NOTE_LIMIT, description=_l("每次保存都留下一个版本，原来的版本不会改动。")
    )

    def about(self) -> int | None:
        """The item, or None for the whole panel."""
        return self.item_id.data or None

    def key(self) -> str:
        """Which text it is about."""
        return f"{self.item_id.data}:{self.kind.data}"

    def seen(self) -> int | None:
        """The number of the version that was shown."""
        return self.opened_version() if self.opened.data == self.key() else 0


class MeetingVoteForm(Form):
    """会议审议表决 about one item."""

    item = SelectField(_l("评审对象"), coerce=int)
    yes = WholeField(_l("同意入选"), [InputRequired(_l("请填写票数"))])
    no = WholeField(_l("不同意入选"), [InputRequired(_l("请填写票数"))])
    abstain = WholeField(_l("弃权"), [InputRequired(_l("请填写票数"))])
    reason = LongTextField(_l("表决情况和理由"), [DataRequired(_l("请填写表决情况和理由"))], most=500)

    def vote(self) -> Vote:
        """The payload."""
        return Vote(self.yes.data, self.no.data, self.abstain.data, self.reason.data or "")
