"""The file field of a form: files already there, files to come, files to drop."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage

from marketplace.files.models import Attachment
from marketplace.files.sniffing import KINDS
from marketplace.web.runtime import runtime


class FilesField(MultipleFileField):
    """附件: several files; the browser is told the accepted endings, the operation decides."""

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        accept = ",".join(f".{extension}" for extension in KINDS)
        super().__init__(label or _l("附件"), validators, render_kw={"accept": accept}, **kwargs)

    @property
    def megabytes(self) -> int:
        """The bound of one file, for the hint."""
        return runtime().settings.upload_megabytes

    def uploads(self) -> list[FileStorage]:
        """The chosen files."""
        return [item for item in self.data or () if isinstance(item, FileStorage) and item.filename]

    def dropped(self) -> list[int]:
        """Ids of the files ticked for removal (checkbox ``<name>-drop``)."""
        return [
            int(raw) for raw in request.form.getlist(f"{self.name}-drop") if raw.isascii() and raw.isdigit()
        ]


def file_links(attachments: Iterable[Attachment]) -> list[dict[str, Any]]:
    """For the ``file_list`` macro and the ``kept`` files of ``field``."""
    return [
        {
            "id": item.id,
            "name": item.name,
            "size": item.size,
            "sha256": item.sha256,
            "at": item.uploaded_at,
            "url": url_for("files.download", attachment_id=item.id, name=item.name),
        }
        for item in attachments
    ]
