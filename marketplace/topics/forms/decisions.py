"""The forms of approval, return, amendment and withdrawal."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import DataRequired

from marketplace.topics.content import SECTION_LABELS, TopicContent
from marketplace.topics.forms.sections import (
    AimsForm,
    BasicsForm,
    BudgetForm,
    DeliverablesForm,
    MilestonesForm,
    SectionForm,
    TermsForm,
)
from marketplace.topics.rules import ListRules
from marketplace.web.fields import CheckboxesField
from marketplace.web.forms import BeijingDateTimeField, Form, LongTextField
from marketplace.web.i18n import translate


class PlainForm(Form):
    """Only the version: for a button after a page that shows everything."""


class ApproveForm(Form):
    """批准发榜."""

    publish_at = BeijingDateTimeField(
        _l("发榜时间"), description=_l("北京时间。不填则批准后立即发榜；填写将来的时间则到时自动发榜。")
    )
    confirmed = BooleanField(_l("我已核对全文，确认批准"), [DataRequired(_l("请勾选确认后再提交"))])


class ReturnForm(Form):
    """退回修改."""

    sections = CheckboxesField(_l("需要修改的部分"), validate_choice=False)
    opinion = LongTextField(
        _l("退回理由"), most=1000, description=_l("写明哪里要改、改成什么样，起草人会收到邮件。")
    )

    def offer(self) -> "ReturnForm":
        """Fills in the sections."""
        self.sections.choices = [(code, translate(label)) for code, label in SECTION_LABELS.items()]
        return self


class WithdrawForm(Form):
    """撤榜."""

    opinion = LongTextField(
        _l("撤榜理由"), most=1000, description=_l("将公开在撤榜公告中，并邮件通知所有可揭榜单位。")
    )
    confirmed = BooleanField(_l("我知道撤榜后不能恢复"), [DataRequired(_l("请勾选确认后再提交"))])


class AmendForm(AimsForm, BasicsForm, BudgetForm, DeliverablesForm, MilestonesForm, TermsForm):
    """公布修改: all sections at once, with the reason."""

    section = ""
    opinion = LongTextField(_l("修改理由"), most=1000, description=_l("将与修改前后对照一起公开。"))

    PARTS: tuple[type[SectionForm], ...] = (
        BasicsForm, AimsForm, DeliverablesForm, MilestonesForm, BudgetForm, TermsForm
    )  # fmt: skip

    @classmethod
    def shown(cls, content: TopicContent) -> dict[str, Any]:
        return {key: value for part in cls.PARTS for key, value in part.shown(content).items()}

    def offer(self, rules: ListRules) -> None:
        for part in self.PARTS:
            part.offer(self, rules)

    def values(self) -> dict[str, Any]:
        return {key: value for part in self.PARTS for key, value in part.values(self).items()}
