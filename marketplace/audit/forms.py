"""The filters of the audit page."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional, Regexp, ValidationError

from marketplace.audit.labels import OUTCOMES, SUBJECTS, event_kinds, subject_label
from marketplace.audit.queries import Filters
from marketplace.core.text import N_, tidy
from marketplace.web.forms import PlainForm
from marketplace.web.i18n import translate

DIGEST = r"^[0-9a-f]{64}$"
ALL, ALL_MATTERS, ALL_OF = N_("全部"), N_("全部事项"), N_("%(name)s：全部")


class FilterForm(PlainForm):
    """审计筛选: it only looks, so there is nothing to protect against forgery."""

    class Meta(PlainForm.Meta):
        csrf = False

    since = DateField(_l("起始日期"), [Optional()])
    until = DateField(_l("截止日期"), [Optional()])
    person = StringField(_l("人员姓名"), [Length(max=80)], filters=[tidy])
    organisation = StringField(_l("单位名称"), [Length(max=120)], filters=[tidy])
    kind = SelectField(_l("事项"), default="")
    outcome = SelectField(_l("办理结果"), default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = kind_choices()
        everything = ("", translate(ALL))
        self.outcome.choices = [everything, *((code, translate(label)) for code, label in OUTCOMES.items())]

    def validate_until(self, field: DateField) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(translate(N_("不能早于起始日期")))

    def filters(self) -> Filters:
        """What was asked for; a field with an error filters nothing."""
        given = {name: field.data for name, field in self._fields.items() if not field.errors and field.data}
        return Filters(**given)


class AnchorForm(PlainForm):
    """存证核对: a fingerprint from one of the daily mails; it only looks."""

    class Meta(PlainForm.Meta):
        csrf = False

    digest = StringField(
        _l("存证指纹"),
        [Length(max=200), Regexp(DIGEST, message=_l("指纹是 64 位的 0—9 和 a—f，请从邮件中整段复制"))],
        filters=[tidy, lambda text: text.lower() if text else text],
        description=_l("从存证邮件中复制，64 位"),
    )


def kind_choices() -> dict[str, list[tuple[str, str]]]:
    """Grouped by kind of object: all of the kind, or one action."""
    events = event_kinds()
    groups = {translate(ALL): [("", translate(ALL_MATTERS))]}
    for kind in dict.fromkeys((*SUBJECTS, *sorted(events))):
        name = translate(subject_label(kind))
        actions = [(code, translate(label)) for code, label in events.get(kind, {}).items()]
        groups[name] = [(kind, translate(ALL_OF, {"name": name})), *actions]
    return groups
