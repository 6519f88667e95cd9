"""A snapshot as a file that anybody can compute again."""

from flask import Response

from marketplace.priority import policy, queries
from marketplace.priority.archive import pack
from marketplace.priority.views.base import blueprint, the_round
from marketplace.web.access import signed_in
from marketplace.web.exports import attachment_headers, note_export
from marketplace.web.requests import current_actor, db_session


@blueprint.get("/priority/<int:list_id>/snapshots/<int:number>/archive")
@signed_in(*policy.VIEWERS)
def archive_snapshot(list_id: int, number: int) -> Response:
    """下载快照归档: the same bytes whenever it is asked for."""
    found = queries.snapshot_for(db_session(), current_actor(), list_id, number)
    plist = the_round(list_id)
    name = f"{plist.code}-{number}.zip"
    beside = {"taken_at": found.taken_at.isoformat(timespec="microseconds"), "reason": found.reason}
    data = pack(found.content, beside)
    note_export(name, "priority_list", plist.id)
    return Response(data, headers=attachment_headers(name), content_type="application/zip")
