"""Forms: clean input, fields of our field, and rule problems placed beside the fields they concern."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol, runtime_checkable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape
from wtforms import DateTimeLocalField, Field, HiddenField, StringField, TextAreaField
from wtforms.csrf.core import CSRFTokenField
from wtforms.fields.choices import Choice
from wtforms.validators import Length
from wtforms.widgets import Select

from marketplace.core.clock import from_beijing, to_beijing
from marketplace.core.errors import Invalid, StaleVersion
from marketplace.core.money import fen_to_wan, wan_to_fen
from marketplace.core.text import tidy
from marketplace.web.i18n import FORM_WORDS, FormWords, translate_problem
from marketplace.web.requests import current_uow, discard


class ShownToken(CSRFTokenField):
    """The token is signed when a page shows it, not for each form that only checks what came."""

    def _value(self) -> str:
        return str(generate_csrf())


class TokenCheck(FlaskForm.Meta.csrf_class):
    """Flask-WTF's check, with a field of our own."""

    field_class = ShownToken

    def generate_csrf_token(self, _field: Any) -> str:
        return ""


class Choices(Select):
    """A list to choose from. WTForms writes each option as carefully as any tag; most have a value and words only."""

    @classmethod
    def render_option(cls, choice: Choice) -> Markup:
        if choice.render_kw or type(choice.value) is not str:
            return Markup(super().render_option(choice))  # noqa: S704 - markup already
        chosen = "selected " if choice.selected else ""
        label = escape(choice.label or choice.value)
        return Markup(f'<option {chosen}value="{escape(choice.value)}">{label}</option>')  # noqa: S704 - escaped

    @classmethod
    def _dispatch_render_option(cls) -> Callable[[Choice], Markup]:
        """WTForms inspects the signature before each list is written."""
        return cls.render_option


CHOICES = Choices()


class PlainForm(FlaskForm):
    """Base of all forms: WTForms' own words are read once a language, not once a request."""

    class Meta(FlaskForm.Meta):
        csrf_class = TokenCheck

        def get_translations(self, _form: Any) -> FormWords:
            return FORM_WORDS

        def render_field(self, field: Any, render_kw: dict[str, Any]) -> Markup:
            if type(field.widget) is Select and not field.widget.multiple:
                field.widget = CHOICES
            return Markup(super().render_field(field, render_kw))  # noqa: S704 - markup already


class Form(PlainForm):
    """A form that changes something (CSRF on). ``version`` carries the version the page was opened on."""

    version = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields' own checks. What was chosen in a refused form is held for the next try."""
        good = bool(super().validate(extra_validators))
        if not good:
            hold_files(self)
        return good

    def opened_version(self) -> int | None:
        """The version in the form, or None."""
        raw = str(self.version.data or "")
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


class TextField(StringField):
    """One line of tidied text, at most ``most`` characters."""

    def __init__(
        self, label: Any = None, validators: Iterable[Any] = (), most: int = 120, **kwargs: Any
    ) -> None:
        super().__init__(label, [*validators, Length(max=most)], filters=[tidy], **kwargs)
        self.most = most


class LongTextField(TextAreaField):
    """Several lines of tidied text, at most ``most`` characters."""

    def __init__(
        self, label: Any = None, validators: Iterable[Any] = (), most: int = 5000, **kwargs: Any
    ) -> None:
        super().__init__(label, [*validators, Length(max=most)], filters=[tidy], **kwargs)
        self.most = most


class WanField(StringField):
    """Money typed in 万元; ``data`` is 分 or None. NaN, negative, too precise or absurd amounts are errors."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = tidy(valuelist[0]) if valuelist else ""
        text = self.typed.replace(",", "").replace("，", "")
        self.data: Any = None
        if not text:
            return
        try:
            self.data = wan_to_fen(Decimal(text))
        except (InvalidOperation, ValueError) as error:
            raise ValueError(_l("请填写0以上的金额，单位万元，最多两位小数")) from error

    def _value(self) -> str:
        if getattr(self, "typed", None) is not None:
            return self.typed
        return "" if self.data is None else f"{fen_to_wan(self.data)}"


class BeijingDateTimeField(DateTimeLocalField):
    """A moment typed as Beijing wall-clock time; ``data`` is aware UTC, None when nothing was typed."""

    data: datetime | None

    def process_formdata(self, valuelist: list[str]) -> None:
        if not any(typed.strip() for typed in valuelist):
            self.data = None
            return
        super().process_formdata(valuelist)
        if self.data is not None:
            self.data = from_beijing(self.data)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return to_beijing(self.data).strftime("%Y-%m-%dT%H:%M") if self.data else ""


def place_problems(form: FlaskForm, error: Invalid) -> None:
    """Puts each problem beside the field of that name (dotted names reach into lists), else at the form's head."""
    for name, problem in error.problems.items():
        field = _find(form, name)
        message = translate_problem(problem)
        if field is None:
            form.form_errors.append(message)
        else:
            field.errors = [*field.errors, message]


def _find(form: Any, name: str) -> Field | None:
    here: Any = form
    for part in name.split("."):
        try:
            here = here[int(part)] if part.isdigit() else here[part]
        except (KeyError, IndexError, TypeError):
            return None
    return here if isinstance(here, Field) else None


def attempt(form: FlaskForm, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    """Runs an operation on the request's unit of work. If the content breaks rules, nothing is saved, the problems
    stand beside their fields, and the answer is False: render the form again with status 422."""
    try:
        operation(current_uow(), *args, **kwargs)
    except Invalid as error:
        discard()
        hold_files(form)
        place_problems(form, error)
        return False
    except StaleVersion:
        hold_files(form)
        raise
    return True


@runtime_checkable
class HoldsFiles(Protocol):
    """A field whose chosen files outlive a refusal."""

    def hold(self) -> None: ...


def hold_files(form: FlaskForm) -> None:
    """Lets every such field keep what was chosen, in a transaction of its own."""
    for field in form:
        if isinstance(field, HoldsFiles):
            field.hold()
