"""Downloading: always as an attachment, never shown by the browser, one audit row each time."""

from flask import Blueprint, Response, current_app, g, send_file

from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.files.access import access_to
from marketplace.files.models import Attachment
from marketplace.files.queries import attachment_by_id
from marketplace.web.access import signed_in
from marketplace.web.exports import attachment_headers, note_export
from marketplace.web.requests import current_actor, db_session, request_now
from marketplace.web.runtime import runtime

blueprint = Blueprint("files", __name__)


@blueprint.get("/files/<int:attachment_id>/<name>")
@signed_in()
def download(attachment_id: int, name: str) -> Response:
    """附件下载. The name in the address is for people; the owner's rule decides, and a refusal looks like nothing."""
    attachment = attachment_by_id(db_session(), attachment_id)
    access = access_to(db_session(), current_actor(), attachment, request_now())
    if not access.readable:
        raise NotFound
    g.seal_key = access.seal_key
    response = sent(attachment, attachment.name)
    note_export(attachment.name, attachment.owner_kind, attachment.owner_id, access.seal_key)
    return response


def sent(attachment: Attachment, name: str) -> Response:
    """The bytes of a file under a name; the caller has decided that they may be read."""
    path = runtime().files.path(attachment.sha256)
    if not path.is_file():
        current_app.logger.error("the bytes of attachment %s are missing", attachment.id)
        raise NotFound(N_("附件的内容暂时无法读取，请联系系统管理员"))
    response = send_file(path, attachment.media_type, conditional=False, etag=False)
    response.headers.update(attachment_headers(name))
    response.headers["Cache-Control"] = "private, no-store"
    return response
