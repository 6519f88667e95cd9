"""What an organisation is called in the language of the page (单位名称的中英文)."""

from typing import cast

from flask import Flask, g, has_request_context
from sqlalchemy import select

from marketplace.organisations.models import Organisation
from marketplace.web.i18n import speaks_english
from marketplace.web.requests import db_session


def unit_name(name: str) -> str:
    """单位名称: on an English page the English name of the organisation that has this name, where it has one."""
    return english_name(name) if name and has_request_context() and speaks_english() else name


def english_name(name: str) -> str:
    """``unit_name`` of a page that is known to be in English."""
    return _english_names().get(name, name)


def same_name(name: str) -> str:
    """``unit_name`` of a page that is known to be in Chinese."""
    return name


def _english_names() -> dict[str, str]:
    """Read once a request: pages name organisations that they know only by name (rows of the audit trail, frozen
    snapshots, labels), so a join would not do."""
    if "english_names" not in g:
        named = select(Organisation.name, Organisation.name_en).where(Organisation.name_en != "")
        g.english_names = {name: english for name, english in db_session().execute(named)}
    return cast(dict[str, str], g.english_names)


def install(app: Flask) -> None:
    """The filter ``unit`` of all templates, and its short ways for each language."""
    app.jinja_env.filters.update(unit=unit_name, unit_zh=same_name, unit_en=english_name)
