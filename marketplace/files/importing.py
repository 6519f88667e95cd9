"""Bringing a filled-in template back (试导入): nothing is kept on the server between trial and import, so the checked
rows travel signed, for their importer only."""

import io
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage
from wtforms import Field

from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.files.names import extension_of
from marketplace.files.sniffing import BadFile
from marketplace.files.tables import Layout, Line, read
from marketplace.web.i18n import translate
from marketplace.web.requests import current_actor

VALID_SECONDS = 3600
MOST_FAULTS = 200
"""How many faults a page lists."""


def uploaded_lines(field: Field, layout: Layout) -> list[Line] | None:
    """The rows of the uploaded file, or None with the problem beside the field."""
    upload: Any = field.data
    if not isinstance(upload, FileStorage) or not upload.filename:
        field.errors = [_("请选择文件")]
        return None
    try:
        if extension_of(upload.filename) != "xlsx":
            raise BadFile(N_("“%(file)s”：不是 .xlsx 文件，请使用下载的模板填写"))
        return read(io.BytesIO(upload.stream.read()), layout)
    except BadFile as error:
        field.errors = [translate(error.message, {**error.params, "file": upload.filename})]
        return None


def sealed(purpose: str, lines: list[Line]) -> str:
    """The checked rows, signed."""
    return _serializer(purpose).dumps([[line.number, *line.cells] for line in lines])


def unsealed(purpose: str, seal: str) -> list[Line]:
    """The rows again. Raises Invalid when they were forged, are another's, or too old."""
    try:
        rows = _serializer(purpose).loads(seal, max_age=VALID_SECONDS)
    except BadSignature as error:
        raise Invalid({"file": N_("检查结果已过期，请重新上传文件")}) from error
    return [Line(int(row[0]), tuple(row[1:])) for row in rows]


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=f"{purpose}:{current_actor().person_id}")
