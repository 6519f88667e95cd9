"""Fields for whole numbers, several lines, several choices: what was typed is kept whatever it was."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.core.text import tidy


class WholeField(StringField):
    """A whole number; ``data`` is an int or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = tidy(valuelist[0]) if valuelist else ""
        self.data: Any = None
        if not self.typed:
            return
        digits = self.typed.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 7):
            raise ValueError(_l("请填写整数"))
        self.data = int(self.typed)

    def _value(self) -> str:
        typed: str | None = getattr(self, "typed", None)
        return typed if typed is not None else ("" if self.data is None else str(self.data))


class LinesField(TextAreaField):
    """Several texts, one a line; ``data`` is a tuple without blank ones."""

    def process_formdata(self, valuelist: list[str]) -> None:
        lines = (line.strip() for line in tidy(valuelist[0] if valuelist else "").split("\n"))
        self.data: Any = tuple(line for line in lines if line)

    def _value(self) -> str:
        return "\n".join(self.data or ())


class CheckboxesField(SelectMultipleField):
    """Several of a list, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
