"""Which language a request speaks: the person's choice, else the browser's remembered one, else Chinese."""

from collections.abc import Callable
from functools import cache
from gettext import NullTranslations
from gettext import translation as find_translations
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, gettext
from flask_login import current_user
from wtforms.i18n import messages_path

from marketplace.core.errors import MarketplaceError, Problem
from marketplace.core.verdict import Verdict
from marketplace.i18n import (
    DEFAULT_LOCALE,
    LOCALES,
    TRANSLATIONS,
    compile_catalogues,
    has_forms,
    translations,
    worded,
)
from marketplace.web.environment import filled

LANGUAGE_COOKIE = "language"


def choose_locale() -> str:
    """The locale of this request. Accept-Language is not asked: an office's browser often lies."""
    chosen = request.cookies.get(LANGUAGE_COOKIE) or getattr(current_user, "locale", None)
    return chosen if chosen in LOCALES else DEFAULT_LOCALE


class FormWords:
    """What WTForms itself says ("This field is required."), in the request's language."""

    def gettext(self, text: str) -> str:
        return _form_catalogue(choose_locale()).gettext(text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return _form_catalogue(choose_locale()).ngettext(singular, plural, number)


FORM_WORDS = FormWords()


@cache
def _form_catalogue(locale: str) -> NullTranslations:
    return find_translations("wtforms", messages_path(), [locale], fallback=True)


def _english(message: str, params: dict[str, Any] | None = None) -> str:
    return worded(translations("en"), message, params) if message else ""


def has_plural(language: str, message: str) -> bool:
    """True when the text of a page in this language depends on a number."""
    return language == "en" and has_forms("en", message)


def speaks_english() -> bool:
    """True when the page is in English; asked of cookie and person once a request."""
    kept = g._get_current_object()
    found: bool | None = kept.get("speaks_english")
    if found is None:
        found = kept.speaks_english = choose_locale() == "en"
    return found


def page_language() -> str:
    """The language of the page being made; empty outside any request."""
    if not has_request_context():
        return ""
    return "en" if speaks_english() else "zh"


def page_gettext(message: str, **params: Any) -> str:
    """``_()`` of a text that is not known before the page is made: one look-up a call."""
    text = _english(message, params) if speaks_english() else message
    return filled(text, **params) if params else text


def page_ngettext(singular: str, plural: str, num: int, **params: Any) -> str:
    """A template's ``ngettext()``: Chinese has one form, English two."""
    text = translations("en").ngettext(singular, plural, num) if speaks_english() else singular
    return text % {"num": num, **params}


class PageWords(Domain):
    """What Flask-Babel says (``lazy_gettext`` of the forms, ``gettext`` of the views), by the same quick way."""

    def gettext(self, string: str, **variables: Any) -> str:
        text = _english(string) if page_language() == "en" else string
        return text % variables if variables else text


PAGE_WORDS = PageWords()


class Words(Babel):
    """Flask-Babel, which else makes a domain for each request and reads the catalogue again."""

    @property
    def domain_instance(self) -> PageWords:
        return PAGE_WORDS


def translate(message: str, params: dict[str, Any] | None = None) -> str:
    """A msgid that came as data (a state's label, a verdict's reason), in the request's language."""
    if not message:
        return ""
    if not has_request_context():
        return str(gettext(message, **(params or {})))
    return str(page_gettext(message, **(params or {})))


def in_chinese(message: str, params: dict[str, Any] | None = None) -> str:
    """``translate`` for a page that is known to be in Chinese."""
    return (message % params if params else message) if message else ""


def to_english(message: str, params: dict[str, Any] | None = None) -> str:
    """``translate`` for a page that is known to be in English."""
    return in_chinese(_english(message, params), params)


def translator() -> Callable[..., str]:
    """``translate`` for many texts of one page: the language is asked for once."""
    return to_english if speaks_english() else in_chinese


def translate_error(error: MarketplaceError) -> str:
    """What to tell the person."""
    return translate(error.message, error.params)


def translate_problem(problem: Problem) -> str:
    """One field's problem."""
    return translate(problem) if isinstance(problem, str) else translate(problem[0], problem[1])


def reason_text(verdict: Verdict) -> str:
    """Why not, in the request's language."""
    return translate(verdict.reason, verdict.params)


def install(app: Flask) -> None:
    """Sets up Flask-Babel over the merged catalogue."""
    compile_catalogues()
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT_LOCALE
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Words(app, locale_selector=choose_locale)
