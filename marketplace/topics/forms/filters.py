"""The forms of lists and topics."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import Form as PlainForm
from wtforms import SelectField, StringField

from marketplace.topics.queries import TopicFilters
from marketplace.topics.rules import CATEGORIES
from marketplace.topics.wording import LEVEL_LABELS
from marketplace.topics.workflow import TOPIC, TopicState
from marketplace.web.i18n import translate


def _choices(labels: dict[str, str]) -> list[tuple[str, str]]:
    return [("", translate("全部")), *((code, translate(label)) for code, label in labels.items())]


class FilterForm(PlainForm):
    """What a list of topics is narrowed to. An unknown value filters nothing."""

    q = StringField(_l("关键词"))
    state = SelectField(_l("状态"), validate_choice=False)
    list = SelectField(_l("榜单"), validate_choice=False)
    category = SelectField(_l("类别"), validate_choice=False)
    level = SelectField(_l("可揭榜单位"), validate_choice=False)
    field = StringField(_l("业务领域"))

    def offer(self, states: Sequence[TopicState], lists: dict[str, str]) -> "FilterForm":
        """Fills the choices in the reader's language."""
        self.state.choices = _choices({state: TOPIC.label(state) for state in states})
        self.list.choices = _choices(lists)
        self.category.choices = _choices({name: name for name in CATEGORIES})
        self.level.choices = _choices(LEVEL_LABELS)
        for field in (self.state, self.list, self.category, self.level):
            if field.data not in {value for value, _ in field.choices}:
                field.data = ""
        return self

    def filters(self) -> TopicFilters:
        """As the query wants them."""
        return TopicFilters(
            words=(self.q.data or "")[:60], state=self.state.data, category=self.category.data,
            field=(self.field.data or "").strip()[:60], level=self.level.data, list_code=self.list.data,
        )  # fmt: skip
