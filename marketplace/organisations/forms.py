"""Forms about people and organisations."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from marketplace.organisations.passwords import MOST_LENGTH
from marketplace.web.forms import Form


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


class ForgottenForm(Form):
    """忘记密码."""

    email = EmailField(_l("邮箱"), [InputRequired(_l("请填写邮箱")), Length(max=254)])
