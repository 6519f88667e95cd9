"""Forms about people and organisations."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    HiddenField,
    PasswordField,
    SearchField,
    SelectField,
)
from wtforms.validators import EqualTo, InputRequired, Length, Regexp, ValidationError

from marketplace.core.actor import Role
from marketplace.organisations.labels import ROLE_LABELS
from marketplace.organisations.models import Organisation
from marketplace.organisations.naming import unit_name
from marketplace.organisations.newcomers import (
    MOST_NAME,
    MOST_PHONE,
    MOST_TITLE,
    clean_email,
    email_problem,
    phone_problem,
)
from marketplace.organisations.passwords import MOST_LENGTH
from marketplace.web.forms import Form, TextField
from marketplace.web.i18n import translate


class SignInForm(Form):
    """登录."""

    email = EmailField(_l("邮箱"), [InputRequired(_l("请填写邮箱")), Length(max=254)])
    password = PasswordField(_l("密码"), [InputRequired(_l("请填写密码")), Length(max=MOST_LENGTH)])
    next = HiddenField()


class NewPasswordForm(Form):
    """设置密码."""

    password = PasswordField(
        _l("新密码"),
        [InputRequired(_l("请填写新密码")), Length(max=MOST_LENGTH, message=_l("密码最多128个字符"))],
        description=_l("至少10个字符，可以用几个不相关的词组成一句话；不要用姓名、邮箱或常见密码。"),
    )
    repeat = PasswordField(_l("再输入一次新密码"), [EqualTo("password", _l("两次输入的密码不一致"))])


class ChangePasswordForm(NewPasswordForm):
    """修改密码."""

    current = PasswordField(_l("原密码"), [InputRequired(_l("请填写原密码")), Length(max=MOST_LENGTH)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The summary of errors follows the page, where the present password stands first."""
        super().__init__(*args, **kwargs)
        self._fields.move_to_end("current", last=False)


class ForgottenForm(Form):
    """忘记密码."""

    email = EmailField(_l("邮箱"), [InputRequired(_l("请填写邮箱")), Length(max=254)])


def _address(_form: Any, field: Any) -> None:
    field.data = clean_email(field.data)
    problem = email_problem(field.data)
    if problem:
        raise ValidationError(translate(problem))


def _number(_form: Any, field: Any) -> None:
    problem = phone_problem(field.data or "")
    if problem:
        raise ValidationError(translate(problem))


class PostForm(Form):
    """任职: an organisation and a role, from what the actor may give."""

    organisation_id = SelectField(_l("单位"), [InputRequired(_l("请选择单位"))])
    role = SelectField(_l("角色"), [InputRequired(_l("请选择角色"))])

    def offer(self, units: Iterable[Organisation], roles: Iterable[Role]) -> None:
        """Fills the choices; a single unit is chosen already."""
        choices = [(str(unit.id), unit_name(unit.name)) for unit in units]
        prompt = [("", _l("请选择"))]
        self.organisation_id.choices = choices if len(choices) == 1 else prompt + choices
        self.role.choices = prompt + [(str(role), translate(ROLE_LABELS[role])) for role in roles]

    @property
    def post(self) -> tuple[int, Role]:
        """The chosen pair, after validation."""
        return int(self.organisation_id.data), Role(self.role.data)


class PersonForm(Form):
    """人员信息."""

    name = TextField(_l("姓名"), [InputRequired(_l("请填写姓名"))], most=MOST_NAME)
    title = TextField(_l("职务"), most=MOST_TITLE)
    phone = TextField(
        _l("联系电话"), [_number], most=MOST_PHONE, description=_l("只用于工作联系，列表中隐去中间几位。")
    )


class InviteForm(PersonForm, PostForm):
    """邀请人员. Problems are listed in the order of the page."""

    ORDER = ("name", "email", "organisation_id", "role", "title", "phone")

    email = EmailField(
        _l("邮箱"),
        [InputRequired(_l("请填写邮箱")), _address],
        description=_l("邀请链接寄到这个邮箱，以后用它登录。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.ORDER:
            self._fields[name] = self._fields.pop(name)


class ImportForm(Form):
    """批量导入: the filled-in template."""

    file = FileField(_l("填写好的模板"), [InputRequired(_l("请选择文件"))], render_kw={"accept": ".xlsx"})


class OrganisationForm(Form):
    """机构名称."""

    name = TextField(_l("机构名称"), [InputRequired(_l("请填写机构名称"))], most=120)
    short_name = TextField(_l("简称"), most=40)
    name_en = TextField(_l("英文名称"), most=200)


class NewOrganisationForm(OrganisationForm):
    """新增机构."""

    kind = SelectField(_l("机构类型"), [InputRequired(_l("请选择机构类型"))])
    code = TextField(
        _l("机构代码"),
        [
            InputRequired(_l("请填写机构代码")),
            Regexp(r"^[0-9A-Z-]+$", message=_l("代码只能用数字、大写字母和连字符")),
        ],
        most=32,
        description=_l("市县填6位行政区划代码；列表按代码顺序排列。"),
    )
    parent_id = SelectField(_l("上级机构"), description=_l("县级机构选择所在市；其他类型可以不选。"))
    valid_from = DateField(_l("设立日期"), [InputRequired(_l("请填写有效的日期"))])


class EndOrganisationForm(Form):
    """撤销机构."""

    last_day = DateField(_l("最后一天"), [InputRequired(_l("请填写有效的日期"))])


class PeopleFilterForm(Form):
    """筛选人员; sent by GET, changes nothing."""

    class Meta(Form.Meta):
        csrf = False

    q = SearchField(_l("姓名、邮箱或单位"))
    role = SelectField(_l("角色"), validate_choice=False)
    state = SelectField(_l("状态"), validate_choice=False)


class OrganisationFilterForm(Form):
    """筛选机构; sent by GET, changes nothing."""

    class Meta(Form.Meta):
        csrf = False

    q = SearchField(_l("名称或代码"))
    kind = SelectField(_l("机构类型"), validate_choice=False)
    ended = BooleanField(_l("包括已撤销的机构"))
