"""What people type in the review pages, turned into payloads."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.core.text import N_, tidy
from marketplace.reviews.blind.redaction import PLACEHOLDERS, Hidden
from marketplace.reviews.offline.plan import Choice, Side
from marketplace.reviews.operations.blinding import LONGEST
from marketplace.reviews.operations.recusals import Decision, Request
from marketplace.reviews.recusal import OUTCOME_LABELS
from marketplace.reviews.scoring import COMMENT_LIMIT, OPINION_LIMIT, MarkInput, mark_of, read_mark
from marketplace.topics.rules import Rubric
from marketplace.web.forms import BeijingDateTimeField, Form, LongTextField, TextField
from marketplace.web.i18n import translate, translate_problem


class DueForm(Form):
    """评分截止时间."""

    due_at = BeijingDateTimeField(
        _l("评分截止时间"),
        [InputRequired(_l("请填写评分截止时间"))],
        description=_l("北京时间；逾期仍未提交的专家可以调整出组。"),
    )


class HeadForm(Form):
    """指定组长: one of the members; ``reason`` is needed to put another in the place of one who serves."""

    head = SelectField(
        _l("组长"),
        coerce=int,
        validate_choice=False,
        description=_l(
            "组长主持专家讨论，核对并确认专家组意见书。首选的建议人选：职称高的在先，同等的技术类在先，再按选入先后。"
        ),
    )
    reason = LongTextField(_l("更换的原因"), most=500)

    def __init__(self, members: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.head.choices = list(members)


class ProposalForm(Form):
    """建议重开评分表."""

    sheet = SelectField(_l("评分表"), coerce=int, validate_choice=False)
    reason = LongTextField(
        _l("建议重开的原因"),
        [DataRequired(_l("请填写建议重开的原因，500字以内"))],
        most=500,
        description=_l("例如：专家来电说明有一项误填。主持人决定是否重开，您和主持人都看不到分数。"),
    )

    def __init__(self, sheets: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sheet.choices = list(sheets)


class UntilForm(Form):
    """征求评审意愿 until when."""

    until = BeijingDateTimeField(
        _l("答复截止时间"),
        [InputRequired(_l("请填写答复截止时间"))],
        description=_l("北京时间；不答复的，按“可以”对待。"),
    )


class ReasonForm(Form):
    """A reason that must be given."""

    reason = LongTextField(_l("原因"), [DataRequired(_l("请填写原因"))], most=500)


def choices_form(items: Mapping[int, tuple[str, int]], posted: bool) -> Form:
    """One question for each item that the page and the workbook have both changed: item → (its name, the version of its
    sheet). The answer carries the version, so that it says nothing of a later one."""
    fields = {
        f"item_{item}": RadioField(
            name,
            [InputRequired(_l("请选择采用哪一份评分"))],
            choices=[
                SelectChoice(f"{Side.FILE}:{version}", _l("采用表格中的评分")),
                SelectChoice(f"{Side.PAGE}:{version}", _l("保留页面上的评分")),
            ],
        )
        for item, (name, version) in items.items()
    }
    made: Form = type("ChoicesForm", (Form,), fields)(**({} if posted else {"formdata": None}))
    return made


def chosen(form: Form) -> dict[int, Choice]:
    """What was answered, by item."""
    found = {}
    for one in form:
        if one.name.startswith("item_") and one.data:
            side, _, version = str(one.data).partition(":")
            found[int(one.name.removeprefix("item_"))] = Choice(Side(side), int(version))
    return found


class RecuseForm(Form):
    """申明回避."""

    reason = LongTextField(
        _l("回避原因"),
        [DataRequired(_l("请说明回避的原因"))],
        most=500,
        description=_l("例如：近三年在该单位任职或为其提供咨询，本人或亲属与其有利害关系。"),
    )


HIDDEN_LABELS = {
    Hidden.UNIT: N_("揭榜单位"),
    Hidden.PARTNER: N_("参与单位"),
    Hidden.PLACE: N_("地区"),
    Hidden.PERSON: N_("人员"),
    Hidden.PHONE: N_("电话"),
    Hidden.EMAIL: N_("邮箱"),
    Hidden.OTHER: N_("其他文字"),
}
"""What hidden words are said to be."""


class WordsForm(Form):
    """补充隐去."""

    words = TextField(
        _l("要隐去的文字"),
        [DataRequired(_l("请填写要隐去的文字"))],
        most=LONGEST,
        description=_l("例如单位的简称、品牌项目名称；空格、全角半角和大小写不影响查找。"),
    )
    kind = SelectField(_l("显示为"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            (str(kind), f"{translate(PLACEHOLDERS[kind])} {translate(word)}")
            for kind, word in HIDDEN_LABELS.items()
        ]


class DeclineForm(Form):
    """谢绝邀请."""

    why = LongTextField(
        _l("谢绝原因"),
        [DataRequired(_l("请说明谢绝的原因"))],
        most=500,
        description=_l("例如：这段时间有其他工作，无法按时评完。谢绝后本评审组不再邀请您。"),
    )


class ConfirmForm(Form):
    """承诺无利害关系; ``confirm_form`` adds a field for each question to be answered first."""

    confirmed = BooleanField(
        _l("我已核对上述单位，承诺与其没有利害关系，独立、客观、公正评审，不泄露评审情况"),
        [DataRequired(_l("请勾选承诺后再继续"))],
    )


def confirm_form(questions: Sequence[str], posted: bool) -> ConfirmForm:
    """The declaration with these questions (in words) before it."""
    fields = {
        f"answer_{number}": LongTextField(
            question, [DataRequired(_l("请先回答这个问题，500字以内"))], most=500
        )
        for number, question in enumerate(questions)
    }
    made: ConfirmForm = type("AskingForm", (ConfirmForm,), fields)(**({} if posted else {"formdata": None}))
    return made


class SubmitForm(Form):
    """提交评分前的确认."""

    confirmed = BooleanField(
        _l("我已核对全部评分，知道提交后不能修改"), [DataRequired(_l("请勾选确认后再提交"))]
    )


class WorkbookForm(Form):
    """上传离线评分表."""

    file = FileField(_l("填好的评分表"), [InputRequired(_l("请选择文件"))], render_kw={"accept": ".xlsx"})


class VoteForm(Form):
    """表决并列名次; one ``place_<item id>`` field for each tied item is read from the request."""

    reason = LongTextField(_l("表决情况和理由"), [DataRequired(_l("请填写表决情况和理由"))], most=500)


class DecisionForm(Form):
    """决定回避申请."""

    agreed = RadioField(
        _l("决定"),
        [InputRequired(_l("请选择同意或不同意"))],
        choices=[SelectChoice("yes", _l("同意")), SelectChoice("no", _l("不同意"))],
    )
    expert_id = SelectField(
        _l("须回避的专家"),
        validate_choice=False,
        description=_l("申请单位只填写了姓名或单位的，请在这里核对选择。"),
    )
    outcome = SelectField(_l("处理方式"), validate_choice=False)
    reason = LongTextField(
        _l("决定的理由"), [DataRequired(_l("请填写决定的理由，500字以内"))], most=500,
        description=_l("理由告知申请单位，请勿写明专家是否在评审组。"),
    )  # fmt: skip

    def offer(self, experts: Iterable[tuple[int, str]]) -> None:
        """Fills the choices."""
        self.expert_id.choices = [("", _l("请选择")), *((str(key), name) for key, name in experts)]
        self.outcome.choices = [(str(outcome), translate(label)) for outcome, label in OUTCOME_LABELS.items()]

    def decision(self) -> Decision:
        """The payload."""
        agreed = getattr(self, "agreed", None)
        return Decision(
            agreed is None or agreed.data == "yes", self.reason.data or "", _number(self.expert_id.data),
            self.outcome.data or "",
        )  # fmt: skip


class RecusalRequestForm(Form):
    """申请专家回避."""

    expert_id = SelectField(_l("从专家库选择"), validate_choice=False)
    named = TextField(
        _l("或者填写姓名、单位"),
        most=120,
        description=_l("名单中找不到的，写明姓名和所在单位；与上一项二者填一项。"),
    )
    reason = LongTextField(
        _l("申请理由"), [DataRequired(_l("请说明申请回避的理由，500字以内"))], most=500,
        description=_l("例如：该专家所在单位与我单位有竞争或纠纷，近三年曾为其他揭榜单位提供咨询。"),
    )  # fmt: skip

    def offer(self, experts: Iterable[tuple[int, str]]) -> None:
        """Fills the choices: the pool's public names."""
        self.expert_id.choices = [("", _l("请选择")), *((str(key), name) for key, name in experts)]

    def request(self) -> Request:
        """The payload."""
        return Request(_number(self.expert_id.data), self.named.data or "", self.reason.data or "")


class OfficeRecusalForm(DecisionForm):
    """省局决定回避, of its own accord."""

    agreed = None
    subject_id = SelectField(_l("评审对象"))
    reason = LongTextField(_l("决定的理由"), [DataRequired(_l("请填写决定的理由，500字以内"))], most=500)

    def offer(self, experts: Iterable[tuple[int, str]], items: Iterable[tuple[int, str]] = ()) -> None:
        """Fills the choices."""
        super().offer(experts)
        self.subject_id.choices = [("", _l("全部评审对象")), *((str(key), label) for key, label in items)]

    def subject(self) -> int | None:
        """The chosen bid or outcome, or None for all."""
        return _number(self.subject_id.data)


def _number(chosen: str | None) -> int | None:
    """A chosen key as a number."""
    return int(chosen) if chosen and chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None


class CheckboxesField(SelectMultipleField):
    """Several of a list."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SheetForm(Form):
    """评分表; one class for each rubric, made by ``sheet_form``."""

    comment = LongTextField(
        _l("总体意见"), most=OPINION_LIMIT, description=_l("结果公布后，不署名转告被评审单位。")
    )


@lru_cache(maxsize=64)
def sheet_form(codes: tuple[str, ...]) -> type[SheetForm]:
    """The form class of a rubric with these criteria."""
    fields: dict[str, Any] = {}
    for code in codes:
        fields[f"score_{code}"] = StringField(_l("分数"), filters=[tidy])
        fields[f"unable_{code}"] = BooleanField(_l("无法判断"))
        fields[f"comment_{code}"] = LongTextField(_l("理由"), most=COMMENT_LIMIT)
    return type("RubricSheetForm", (SheetForm,), fields)


def filled(rubric: Rubric, marks: dict[str, Any], comment: str, version: int) -> SheetForm:
    """The form as the sheet stands."""
    data: dict[str, Any] = {"comment": comment, "version": str(version)}
    for criterion in rubric.criteria:
        mark = mark_of(marks.get(criterion.code))
        data[f"score_{criterion.code}"] = "" if mark.score is None else format(mark.score.normalize(), "f")
        data[f"unable_{criterion.code}"] = mark.unable
        data[f"comment_{criterion.code}"] = mark.comment
    return sheet_form(tuple(criterion.code for criterion in rubric.criteria))(formdata=None, data=data)


def read_marks(form: SheetForm, rubric: Rubric) -> dict[str, MarkInput] | None:
    """The typed marks; None when some cannot be read (each problem then stands beside its field)."""
    marks: dict[str, MarkInput] = {}
    good = True
    for code in (criterion.code for criterion in rubric.criteria):
        field, unable = form[f"score_{code}"], bool(form[f"unable_{code}"].data)
        mark, problem = read_mark(field.data or "", unable, form[f"comment_{code}"].data or "")
        if mark is not None:
            marks[code] = mark
        if problem is not None:
            field.errors = [*field.errors, translate_problem(problem)]
            good = False
    return marks if good else None
