"""Forms of priority lists."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField
from wtforms.fields.choices import SelectChoice

from marketplace.priority.models import PriorityKind, PriorityList
from marketplace.priority.operations import LONGEST_REASON, LONGEST_TITLE, MOST_CAP, MOST_PLACES
from marketplace.priority.ranking import RankingRules, rules_from_dict
from marketplace.web.forms import Form, LongTextField, TextField

KIND_LABELS = {
    PriorityKind.PILOT: _l("试点安排（按单位排序）"),
    PriorityKind.FUNDING: _l("资金支持（按项目排序）"),
}


class WholeField(IntegerField):
    """A whole number in ASCII digits; anything else is an error, not a crash."""

    def process_formdata(self, valuelist: list[str]) -> None:
        raw = (valuelist[0] if valuelist else "").strip()
        if not (raw.isascii() and raw.isdigit() and len(raw) <= 6):
            self.data = None
            raise ValueError(_l("请填写整数"))
        self.data = int(raw)


class ListForm(Form):
    """名单草稿."""

    title = TextField(_l("名单名称"), most=LONGEST_TITLE)
    places = WholeField(_l("名额"), description=_l("前几名列入名单，1至%(most)s。", most=MOST_PLACES))
    priority_cap = WholeField(
        _l("倾斜分上限"), description=_l("有效积分最多计入多少分，0至%(most)s。", most=MOST_CAP)
    )

    def rules(self) -> RankingRules:
        """The rules asked for."""
        return RankingRules(priority_cap=self.priority_cap.data or 0)

    @classmethod
    def of(cls, plist: PriorityList) -> "ListForm":
        """The form as it stands."""
        cap = rules_from_dict(plist.rules).priority_cap
        return cls(formdata=None, obj=plist, data={"priority_cap": cap, "version": str(plist.version)})


class NewListForm(ListForm):
    """拟定名单."""

    kind = RadioField(_l("名单类型"), choices=[SelectChoice(str(k), v) for k, v in KIND_LABELS.items()])


class ReasonForm(Form):
    """更正理由."""

    reason = LongTextField(_l("更正理由"), most=LONGEST_REASON)
