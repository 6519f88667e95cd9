"""Forms of the meeting (会议审议)."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, FieldList, FormField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from marketplace.core.errors import Invalid
from marketplace.priority.decisions import Typed
from marketplace.priority.held import LONGEST_NAME, Held
from marketplace.priority.opinions import LONGEST_REASON
from marketplace.priority.rules import MOST_PLACES
from marketplace.web.forms import Form, LongTextField, TextField
from marketplace.web.rows import Row

CHOICES = [
    SelectChoice("", _l("暂不填写")),
    SelectChoice("1", _l("入选")),
    SelectChoice("0", _l("不入选")),
]


class DecisionRow(Row):
    """What the meeting decided about one candidate."""

    key = HiddenField()
    selected = SelectField(_l("会议决定"), choices=CHOICES)
    reason = LongTextField(_l("会议理由"), most=LONGEST_REASON)

    def validate(self, extra_validators: Any = None) -> bool:
        """A reason alone decides nothing."""
        good = bool(super().validate(extra_validators))
        if good and self.reason.data and not self.selected.data:
            self.selected.errors = [_l("请选择入选或不入选")]
            return False
        return good


class HeldForm(Form):
    """Which meeting it was: asked for wherever something that it decided is typed."""

    meeting_name = TextField(
        _l("会议名称"), most=LONGEST_NAME, description=_l("写明届次，例如：2026年第3次局长办公会")
    )
    meeting_on = DateField(_l("会议日期"), [Optional()])

    def held(self) -> Held:
        """The meeting as typed."""
        return Held(self.meeting_name.data or "", self.meeting_on.data)


def prefilled(held: Held | None) -> dict[str, Any]:
    """The fields with the meeting of the opinion recorded last, so that nobody types it twice."""
    return {"meeting_name": held.name, "meeting_on": held.on} if held else {}


class MeetingForm(HeldForm):
    """会议审议决定: one row for each candidate that may be decided."""

    rows = FieldList(FormField(DecisionRow), label=_l("会议决定"), max_entries=4 * MOST_PLACES)

    @classmethod
    def of(cls, keys: Sequence[str], held: Held | None) -> "MeetingForm":
        """The form, nothing chosen."""
        return cls(formdata=None, data={"rows": [{"key": key} for key in keys], **prefilled(held)})

    def typed(self) -> dict[int, Typed]:
        """The rows in which something was chosen, by their number in the form."""
        return {
            number: Typed(row.form.key.data or "", row.form.selected.data == "1", row.form.reason.data or "")
            for number, row in enumerate(self.rows)
            if row.form.selected.data
        }


def at_rows(error: Invalid, numbers: Sequence[int]) -> Invalid:
    """The problems of what was typed, at the rows of the form it was typed in."""
    return Invalid({_at_row(name, numbers): problem for name, problem in error.problems.items()})


def _at_row(name: str, numbers: Sequence[int]) -> str:
    head, _, rest = name.partition(".")
    place, _, field = rest.partition(".")
    return f"rows.{numbers[int(place)]}.{field}" if head == "rows" else name


class ConfirmForm(Form):
    """确认会议审议决定: which ones, as they were shown."""

    ids = HiddenField()

    def chosen(self) -> list[int]:
        """The numbers of the decisions; nothing when they are no such list."""
        parts = str(self.ids.data or "").split(",")
        good = all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts)
        return [int(part) for part in parts] if good else []
