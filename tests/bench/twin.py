"""The bare twin: the same pages from the same tables with Flask and SQLAlchemy alone — no sign-in, no rules, no design.

It is the measure of what the machine can give; ours may cost at most twice as much.
"""

import io
import os
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from argon2 import PasswordHasher
from flask import Flask, Response, g, redirect, render_template_string, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.bids.models import Bid
from marketplace.core.database import make_engine, reading_session, writing_session
from marketplace.organisations.models import Organisation
from marketplace.projects.models import Milestone, Project
from marketplace.reviews.models import Panel, PanelItem, ScoreSheet
from marketplace.topics.models import Topic

PAGE = (
    "<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1><p>{{ total }}</p><table>"
    "{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)
ONE = (
    "<!doctype html><h1>{{ t.title }}</h1><p>{{ t.background }}</p>"
    "{% for o in t.objectives %}<li>{{ o }}</li>{% endfor %}"
)


def session() -> Session:
    """The request's session."""
    if "session" not in g:
        make = reading_session if request.method == "GET" else writing_session
        g.session = make(ENGINE)
    found: Session = g.session
    return found


ENGINE = make_engine(os.environ["DATABASE_URL"])
HASHER = PasswordHasher(
    memory_cost=int(os.environ.get("ARGON2_MEMORY_KIB", "47104")), time_cost=2, parallelism=1
)
HASH = HASHER.hash("measure-me-please")
app = Flask(__name__)


@app.teardown_request
def close(_error: BaseException | None) -> None:
    """Gives the connection back."""
    if "session" in g:
        g.session.close()


@app.get("/topics")
def topics() -> str:
    """The newest 50 topics."""
    shown = select(Topic).where(Topic.published_at.is_not(None)).order_by(Topic.published_at.desc()).limit(50)
    count = session().scalar(select(func.count()).select_from(Topic).where(Topic.published_at.is_not(None)))
    rows = [(t.code, t.title, t.category, t.field, t.deadline, t.state) for t in session().scalars(shown)]
    return render_template_string(PAGE, title="topics", total=count, rows=rows)


@app.get("/topics/<code>")
def topic(code: str) -> str:
    """One topic."""
    return render_template_string(ONE, t=session().scalars(select(Topic).where(Topic.code == code)).one())


@app.get("/workbench")
def workbench() -> str:
    """What waits: milestones to check and panels to conclude."""
    waiting = (
        select(Milestone, Project.title)
        .join(Project, Project.id == Milestone.project_id)
        .where(Milestone.queue == 0)
        .order_by(Milestone.due_at)
        .limit(50)
    )
    rows = [(m.name, title, m.due_on) for m, title in session().execute(waiting)]
    panels = session().scalars(select(Panel).where(Panel.state == "scoring").order_by(Panel.due_at).limit(50))
    rows += [(p.id, p.subject_kind, p.due_at) for p in panels]
    return render_template_string(PAGE, title="workbench", total=len(rows), rows=rows)


@app.get("/ranking/<int:panel_id>")
def ranking(panel_id: int) -> str:
    """A panel's items by the mean of their sheets."""
    mean = func.avg(ScoreSheet.total)
    query = (
        select(PanelItem.label, Organisation.name, func.count(ScoreSheet.id), mean)
        .join(ScoreSheet, ScoreSheet.item_id == PanelItem.id)
        .join(Organisation, Organisation.id == PanelItem.organisation_id)
        .where(PanelItem.panel_id == panel_id)
        .group_by(PanelItem.id, PanelItem.label, Organisation.name)
        .order_by(mean.desc())
        .limit(50)
    )
    rows = [tuple(row) for row in session().execute(query)]
    return render_template_string(PAGE, title="ranking", total=len(rows), rows=rows)


@app.get("/board")
def board() -> str:
    """The first 50 milestones by due date."""
    query = (
        select(Milestone, Project.title, Organisation.name)
        .join(Project, Project.id == Milestone.project_id)
        .join(Organisation, Organisation.id == Project.lead_id)
        .where(Milestone.queue < 2)
        .order_by(Milestone.queue, Milestone.due_at)
        .limit(50)
    )
    rows = [(m.name, title, unit, m.due_on, m.state) for m, title, unit in session().execute(query)]
    count = session().scalar(select(func.count()).select_from(Milestone).where(Milestone.queue < 2))
    return render_template_string(PAGE, title="board", total=count, rows=rows)


@app.post("/sheets/<int:sheet_id>")
def sheet(sheet_id: int) -> Any:
    """Saves one sheet."""
    one = session().get_one(ScoreSheet, sheet_id)
    one.marks = {
        key: {"score": int(value), "comment": ""} for key, value in request.form.items() if value.isdigit()
    }
    one.saved_at = datetime.now(UTC)
    session().commit()
    return redirect("/workbench")


@app.post("/milestones/<int:milestone_id>")
def milestone(milestone_id: int) -> Any:
    """Reports one milestone."""
    one = session().get_one(Milestone, milestone_id)
    one.draft = {"summary": request.form["summary"]}
    one.reported_at = datetime.now(UTC)
    session().commit()
    return redirect("/workbench")


@app.get("/search")
def search() -> str:
    """Topics that hold the word, by LIKE."""
    word = f"%{request.args['q']}%"
    found = session().scalars(
        select(Topic).where(Topic.title.like(word) | Topic.background.like(word)).order_by(Topic.id).limit(20)
    )
    return render_template_string(PAGE, title="search", total="", rows=[(t.code, t.title) for t in found])


@app.post("/sign-in")
def sign_in() -> Any:
    """Checks a password."""
    HASHER.verify(HASH, request.form["password"])
    return redirect("/workbench")


@app.get("/export")
def export() -> Response:
    """2,000 scored bids as a workbook."""
    query = (
        select(Bid.number, Organisation.name, PanelItem.total, PanelItem.rank)
        .join(PanelItem, PanelItem.subject_id == Bid.id)
        .join(Organisation, Organisation.id == Bid.lead_id)
        .where(PanelItem.total.is_not(None))
        .limit(2000)
    )
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(session().execute(query)):
            page.write_row(number, 0, [float(cell) if isinstance(cell, Decimal) else cell for cell in row])
    return Response(out.getvalue())
