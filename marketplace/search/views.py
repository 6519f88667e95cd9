"""The search page and its command."""

import click
from flask import Blueprint, render_template, request

from marketplace.core.actor import SYSTEM
from marketplace.core.database import database_now, writing_session
from marketplace.core.text import N_
from marketplace.search.finders import matters
from marketplace.search.operations import rebuild
from marketplace.search.queries import audiences_of, search
from marketplace.web.access import public
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.paging import Page, page_number
from marketplace.web.requests import current_actor, db_session, unit_of_work
from marketplace.web.runtime import runtime

blueprint = Blueprint("search", __name__, cli_group="search")
add_entry(Entry(80, N_("检索"), "search.find", public=True))

KIND_LABELS = {
    "topic": N_("榜题"),
    "notice": N_("公告"),
    "project": N_("项目"),
    "outcome": N_("成果"),
}
MOST_CHARACTERS = 60
PER_PAGE = 20


@blueprint.get("/search")
@public
def find() -> str:
    """检索: what the reader may find, with the matching places marked; before it the matters of her own work."""
    words = request.args.get("q", "").strip()[:MOST_CHARACTERS]
    number = page_number()
    found = search(db_session(), audiences_of(current_actor()), words, number, PER_PAGE)
    page = Page(found.hits, number, found.total, PER_PAGE)
    own = matters(db_session(), current_actor(), words) if number == 1 else []
    return render_template("search/find.html", asked=words, page=page, kinds=KIND_LABELS, own=own)


@blueprint.cli.command("rebuild")
def rebuild_command() -> None:
    """Enters everything findable anew (重建检索)."""
    with writing_session(runtime().engine) as session:
        uow = unit_of_work(session, SYSTEM, database_now(session, runtime().clock()))
        count = rebuild(uow)
        uow.commit()
    click.echo(f"{count} documents")
