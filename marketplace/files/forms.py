"""The file field of a form: files already there, files to come, files to drop."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage

from marketplace.files.models import Attachment, PendingFile
from marketplace.files.operations import Upload
from marketplace.files.pending import hold, kept_under, pending_of
from marketplace.files.sniffing import KINDS
from marketplace.web.requests import current_actor, db_session, request_now, separate_uow
from marketplace.web.runtime import runtime


class FilesField(MultipleFileField):
    """附件: several files; the browser is told the accepted endings, the operation decides."""

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        accept = ",".join(f".{extension}" for extension in KINDS)
        super().__init__(label or _l("附件"), validators, render_kw={"accept": accept}, **kwargs)

    owner: tuple[str, int] | None = None

    def belongs_to(self, owner_kind: str, owner_id: int, purpose: str = "") -> None:
        """The object whose files these are: from now on what was kept from a refused form comes along, and what is
        chosen is kept if this one is refused."""
        self.owner = kept_under(owner_kind, purpose), owner_id

    @property
    def megabytes(self) -> int:
        """The bound of one file, for the hint."""
        return runtime().settings.upload_megabytes

    def uploads(self) -> list[Upload]:
        """The chosen files, and those of refused forms that the page listed (hidden ``<name>-pending``)."""
        listed = set(self._ids("pending")) - set(self.dropped())
        kept = [item for item in self._pending() if item.id in listed] if listed else []
        return [*self._chosen(), *kept]

    def _chosen(self) -> list[FileStorage]:
        return [item for item in self.data or () if isinstance(item, FileStorage) and item.filename]

    def dropped(self) -> list[int]:
        """Ids of the files ticked for removal (checkbox ``<name>-drop``), attached or kept."""
        return self._ids("drop")

    def _ids(self, what: str) -> list[int]:
        typed = request.form.getlist(f"{self.name}-{what}")
        return [int(raw) for raw in typed if raw.isascii() and raw.isdigit() and len(raw) < 20]

    def _pending(self) -> Sequence[PendingFile]:
        if self.owner is None:
            return ()
        return pending_of(db_session(), current_actor().person_id, *self.owner, request_now())

    def pending(self) -> list[dict[str, Any]]:
        """For the page: what is kept from a refused form."""
        dropped = set(self.dropped())
        return [
            {"id": item.id, "name": item.name, "size": item.size, "until": item.expires_at,
             "dropped": item.id in dropped}
            for item in self._pending()
        ]  # fmt: skip

    def hold(self) -> None:
        """The form was refused: what was chosen stays at hand, under the seal of its owner (``g.seal_key``)."""
        chosen = self._chosen()
        if self.owner is not None and chosen:
            with separate_uow() as uow:
                hold(uow, *self.owner, chosen, g.get("seal_key"))


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
