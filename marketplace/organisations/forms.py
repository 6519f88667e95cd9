"""Forms about people and organisations."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from marketplace.organisations.passwords import MOST_LENGTH
from marketplace.web.forms import Form


class SignInForm(Form):
    """登录."""

    email = EmailField(_l("邮箱"), [InputRequired(_l("请填写邮箱")), Length(max=254)])
    password = PasswordField(_l("密码"), [InputRequired(_l("请填写密码")), Length(max=MOST_LENGTH)])
    next = HiddenField()
