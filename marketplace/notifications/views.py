"""发件箱, and whether the program is ready: database, worker, mail."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import text
from werkzeug.wrappers import Response as BaseResponse

from marketplace.audit.labels import VALUES
from marketplace.core.actor import Actor, Role
from marketplace.core.database import database_now, reading_session
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.core.verdict import require
from marketplace.notifications.labels import STATES, TONES
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.notifications.operations import retry
from marketplace.notifications.policy import may_read_letter, may_read_outbox, may_retry, may_see_system
from marketplace.notifications.queries import (
    count_by_state,
    failing_rows,
    mail_for,
    oldest_due,
    outbox_of,
    worker_until,
)
from marketplace.notifications.rendering import language_of, paragraphs
from marketplace.notifications.samples import holds_samples
from marketplace.web.access import public, signed_in
from marketplace.web.i18n import translate
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.offers import offer
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, current_uow, db_session, request_now
from marketplace.web.runtime import runtime

LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""A letter shown as it was sent has inline styles and can do nothing."""

SYSTEM_PAGE = "notifications.system"
blueprint = Blueprint("notifications", __name__)


def _is_shown(actor: Actor) -> bool:
    return may_read_outbox(actor, runtime().settings.demo).allowed


add_entry(
    Entry(
        95, N_("发件箱"), "notifications.outbox", shown=_is_shown,
        active=lambda endpoint: endpoint.startswith("notifications.") and endpoint != SYSTEM_PAGE,
    )
)  # fmt: skip
add_entry(Entry(96, N_("系统运行"), SYSTEM_PAGE, frozenset({Role.SYSTEM_ADMIN})))


@blueprint.get("/readyz")
@public
def readyz() -> tuple[dict[str, object], int]:
    """The database answers, the worker's lease is alive; and for how many seconds the oldest due mail has waited."""
    parts = runtime()
    with reading_session(parts.engine) as session:
        session.execute(text("SELECT 1"))
        now = database_now(session, parts.clock())
        until = worker_until(session)
        since = oldest_due(session, now) if parts.settings.mail_server else None
    worker = until is not None and until > now
    lag = int((now - since).total_seconds()) if since else 0
    return {"database": True, "worker": worker, "mail_lag": lag}, 200 if worker else 503


@blueprint.get("/manage/system")
@signed_in(Role.SYSTEM_ADMIN)
def system() -> str:
    """系统运行: worker, mails, and what the jobs could not do; nothing that is sealed is named or counted."""
    actor, session, now = current_actor(), db_session(), request_now()
    require(may_see_system(actor))
    until = worker_until(session)
    return render_template(
        "notifications/system.html", works=until is not None and until > now, until=until,
        counts=count_by_state(session, actor, False), waiting_since=oldest_due(session, now), states=STATES,
        shown=(MailState.WAITING, MailState.FAILED), failing=failing_rows(session), jobs=VALUES["job"],
        unsent=not runtime().settings.mail_server,
    )  # fmt: skip


@blueprint.get("/outbox")
@signed_in()
def outbox() -> str:
    """发件箱: in the demonstration everybody's mailbox, otherwise the system administrator's list of deliveries."""
    actor, session, demo = current_actor(), db_session(), runtime().settings.demo
    require(may_read_outbox(actor, demo))
    state = request.args.get("state", "")
    state = state if state in set(MailState) else ""
    own = demo and request.args.get("own") == "1"
    page = paginate(session, outbox_of(actor, demo, state, own), page_number())
    counts = count_by_state(session, actor, demo)
    return render_template(
        "notifications/outbox.html", page=page, tabs=_tabs(counts, state, own, demo), chosen=state,
        states=STATES, tones=TONES, unsent=demo and not runtime().settings.mail_server,
        held=holds_samples(runtime().settings),
    )  # fmt: skip


def _tabs(counts: dict[str, int], state: str, own: bool, demo: bool) -> list[dict[str, Any]]:
    here = "notifications.outbox"
    every = {
        "label": _("全部"),
        "url": url_for(here),
        "active": not state and not own,
        "count": sum(counts.values()),
    }
    mine = {"label": _("寄给我的"), "url": url_for(here, own=1), "active": own}
    by_state = [
        {"label": translate(STATES[code]), "url": url_for(here, state=code), "active": state == code,
         "count": counts[code]}
        for code in MailState
    ]  # fmt: skip
    return [every, *([mine] if demo else []), *by_state]


@blueprint.get("/outbox/<int:mail_id>")
@signed_in()
def mail(mail_id: int) -> str:
    """One mail: its delivery, and its text for those who may read it."""
    found, readable = _mail(mail_id)
    blocks = paragraphs(found.text_body, runtime().settings.base_url) if readable else []
    again = offer(
        N_("重新投递"), "notifications.send_again", may_retry(current_actor(), found), mail_id=found.id
    )
    return render_template(
        "notifications/mail.html", mail=found, readable=readable, blocks=blocks, states=STATES, tones=TONES,
        offers=[again], language=language_of(found.html_body),
    )  # fmt: skip


@blueprint.get("/outbox/<int:mail_id>/letter")
@signed_in()
def letter(mail_id: int) -> Response:
    """The letter as a mail program shows it."""
    found, readable = _mail(mail_id)
    if not readable or not found.html_body:
        raise NotFound
    return Response(found.html_body, headers={"Content-Security-Policy": LETTER_POLICY})


@blueprint.post("/outbox/<int:mail_id>/retry")
@signed_in()
def send_again(mail_id: int) -> BaseResponse:
    """重新投递."""
    found, _readable = _mail(mail_id)
    retry(current_uow(), found)
    flash(_("邮件已重新排入投递"), "success")
    return redirect(url_for("notifications.mail", mail_id=mail_id))


def _mail(mail_id: int) -> tuple[OutboxMail, bool]:
    actor, demo = current_actor(), runtime().settings.demo
    require(may_read_outbox(actor, demo))
    found = mail_for(db_session(), actor, demo, mail_id)
    return found, may_read_letter(actor, found, demo).allowed
