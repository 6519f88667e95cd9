"""Repeated rows of a form (可增减的行): without script their buttons post the form; the view answers with it again."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import FieldList

from marketplace.web.forms import PlainForm


class Row(PlainForm):
    """One row of a FieldList; the CSRF token belongs to the form around it."""

    class Meta(PlainForm.Meta):
        csrf = False


def change_rows(form: FlaskForm) -> bool:
    """Adds or removes the row whose button was pressed; True when one was (then nothing is to be saved)."""
    return any(isinstance(field, FieldList) and _change(field) for field in form)


def _change(rows: Any) -> bool:
    if f"{rows.name}-add" in request.form:
        if rows.max_entries is None or len(rows.entries) < rows.max_entries:
            rows.append_entry()
        return True
    chosen = request.form.get(f"{rows.name}-remove", "")
    if not (chosen.isascii() and chosen.isdigit()):
        return False
    kept = [entry.data for number, entry in enumerate(rows.entries) if number != int(chosen[:4])]
    while rows.entries:
        rows.pop_entry()
    for data in kept:
        rows.append_entry(data)
    return True
