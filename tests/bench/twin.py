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
from flask import Flask, Response, g, redirect, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.bids.models import Bid, BidOpening, BidPartner
from marketplace.core.database import make_engine
from marketplace.files.models import Attachment
from marketplace.organisations.models import Organisation
from marketplace.projects.models import Milestone, MilestoneReport, Project
from marketplace.reviews.models import Panel, PanelItem, ScoreSheet
from marketplace.topics.models import Topic

ENGINE = make_engine(os.environ["DATABASE_URL"])
HASHER = PasswordHasher(
    memory_cost=int(os.environ.get("ARGON2_MEMORY_KIB", "47104")), time_cost=2, parallelism=1
)
HASH = HASHER.hash(os.environ.get("BENCH_PASSWORD", "measure-me-please"))
app = Flask("twin")
# Compiled once, as a template file would be.
PAGE = app.jinja_env.from_string(
    "<!doctype html><title>{{ title|e }}</title><h1>{{ title|e }}</h1><p>{{ total }}</p><table>"
    "{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell|e }}</td>{% endfor %}</tr>{% endfor %}</table>"
)
ONE = app.jinja_env.from_string(
    "<!doctype html><h1>{{ t.title|e }}</h1><p>{{ t.background|e }}</p>"
    "{% for o in t.objectives %}<li>{{ o|e }}</li>{% endfor %}"
    "{% for d in t.deliverables %}<li>{{ d.name|e }}"
    "{% for a in d.acceptance %}<p>{{ a|e }}</p>{% endfor %}</li>{% endfor %}"
    "{% for m in t.milestones %}<li>{{ m.name|e }} {{ m.month }}</li>{% endfor %}"
)


def session() -> Session:
    """The request's session."""
    if "session" not in g:
        begin = "DEFERRED" if request.method == "GET" else "IMMEDIATE"
        g.session = Session(ENGINE.execution_options(sqlite_begin=begin), expire_on_commit=False)
    found: Session = g.session
    return found


@app.teardown_request
def close(_error: BaseException | None) -> None:
    """Gives the connection back."""
    if "session" in g:
        g.session.close()


@app.get("/healthz")
def healthz() -> str:
    """The process answers."""
    return "ok"


@app.get("/topics")
def topics() -> str:
    """The newest 50 topics."""
    published = Topic.published_at.is_not(None)
    shown = select(Topic).where(published).order_by(Topic.published_at.desc()).limit(50)
    count = session().scalar(select(func.count()).select_from(Topic).where(published))
    rows = [(t.code, t.title, t.category, t.field, t.deadline, t.state) for t in session().scalars(shown)]
    return PAGE.render(title="topics", total=count, rows=rows)


@app.get("/topics/<code>")
def topic(code: str) -> str:
    """One topic."""
    return ONE.render(t=session().scalars(select(Topic).where(Topic.code == code)).one())


@app.get("/workbench")
def workbench() -> str:
    """What waits: milestones to check and panels to conclude."""
    waiting = (
        select(Milestone, Project.title)
        .join(Project, Project.id == Milestone.project_id)
        .where(Milestone.state == "reported")
        .order_by(Milestone.queue, Milestone.due_at)
        .limit(50)
    )
    rows: list[Any] = [(m.name, title, m.due_on) for m, title in session().execute(waiting)]
    panels = (
        select(Panel, Topic.title)
        .join(Topic, Topic.id == Panel.topic_id)
        .where(Panel.state == "scoring")
        .order_by(Panel.id)
        .limit(50)
    )
    rows += [(p.subject_kind, title, p.due_at) for p, title in session().execute(panels)]
    return PAGE.render(title="workbench", total=len(rows), rows=rows)


@app.get("/ranking/<int:panel_id>")
def ranking(panel_id: int) -> str:
    """The first 50 items of a panel by the mean of their sheets."""
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
    return PAGE.render(title="ranking", total=len(rows), rows=rows)


@app.get("/bids/<int:topic_id>")
def bids(topic_id: int) -> str:
    """The opened bids of a topic with their units, partners and numbers of files, and the record of the opening."""
    one = session().execute(select(Topic.code, Topic.title).where(Topic.id == topic_id)).one()
    record = session().scalars(select(BidOpening).where(BidOpening.topic_id == topic_id)).one()
    checked = {line["bid_id"]: line for line in record.record}
    query = (
        select(Bid.id, Bid.number, Organisation.name, Bid.state, Bid.submitted_at, Bid.budget_fen)
        .join(Organisation, Organisation.id == Bid.lead_id)
        .where(Bid.topic_id == topic_id, Bid.state != "draft")
        .order_by(Bid.submitted_at, Bid.id)
    )
    found = session().execute(query).all()
    joined = (
        select(BidPartner.bid_id, Organisation.name)
        .join(Organisation, Organisation.id == BidPartner.organisation_id)
        .join(Bid, Bid.id == BidPartner.bid_id)
        .where(Bid.topic_id == topic_id)
    )
    partners: dict[int, list[str]] = {}
    for bid_id, name in session().execute(joined):
        partners.setdefault(bid_id, []).append(name)
    counted = (
        select(Attachment.owner_id, func.count())
        .where(Attachment.owner_kind == "bid", Attachment.owner_id.in_([row.id for row in found]))
        .group_by(Attachment.owner_id)
    )
    files = {owner: count for owner, count in session().execute(counted)}
    rows = [
        (*row[1:], partners.get(row.id, ()), files.get(row.id, 0), checked[row.id]["content_sha256"])
        for row in found
    ]
    return PAGE.render(title=f"{one.code} {one.title}", total=record.count, rows=rows)


@app.get("/board")
def board() -> str:
    """The first 50 milestones of the board."""
    query = (
        select(Milestone, Project.title, Organisation.name)
        .join(Project, Project.id == Milestone.project_id)
        .join(Organisation, Organisation.id == Project.lead_id)
        .order_by(Milestone.queue, Milestone.due_at, Milestone.id)
        .limit(50)
    )
    rows = [(m.name, title, unit, m.due_on, m.state) for m, title, unit in session().execute(query)]
    count = session().scalar(select(func.count()).select_from(Milestone))
    return PAGE.render(title="board", total=count, rows=rows)


@app.post("/sheets/<int:sheet_id>")
def sheet(sheet_id: int) -> Any:
    """Saves one sheet."""
    one = session().get_one(ScoreSheet, sheet_id)
    one.marks = {
        key.removeprefix("score_"): {"score": value, "unable": False, "comment": ""}
        for key, value in request.form.items()
        if key.startswith("score_")
    }
    one.saved_at = datetime.now(UTC)
    session().commit()
    return redirect("/workbench")


@app.post("/milestones/<int:milestone_id>/draft")
def draft(milestone_id: int) -> Any:
    """Keeps the draft of a report."""
    one = session().get_one(Milestone, milestone_id)
    one.draft = {"summary": request.form["summary"], "saved_at": datetime.now(UTC).isoformat()}
    session().commit()
    return redirect("/board")


@app.post("/milestones/<int:milestone_id>")
def report(milestone_id: int) -> Any:
    """Reports one milestone."""
    one = session().get_one(Milestone, milestone_id)
    now = datetime.now(UTC)
    one.state, one.reported_at, one.draft = "reported", now, {}
    session().add(
        MilestoneReport(
            milestone_id=one.id, number=1, summary=request.form["summary"], on_time=now < one.due_at, submitted_by=1,
            submitted_at=now, no_evidence_reason="", files=[],
        )
    )  # fmt: skip
    session().commit()
    return redirect("/board")


@app.get("/search")
def search() -> str:
    """Topics that hold the word, by LIKE."""
    word = f"%{request.args['q']}%"
    matching = Topic.title.like(word) | Topic.background.like(word)
    count = session().scalar(select(func.count()).select_from(Topic).where(matching))
    found = session().scalars(select(Topic).where(matching).order_by(Topic.id).limit(20))
    return PAGE.render(title="search", total=count, rows=[(t.code, t.title) for t in found])


@app.post("/sign-in")
def sign_in() -> Any:
    """Checks a password."""
    HASHER.verify(HASH, request.form["password"])
    return redirect("/workbench")


@app.get("/export/<int:panel_id>")
def export(panel_id: int) -> Response:
    """All scored items of a panel as a workbook."""
    query = (
        select(PanelItem.rank, PanelItem.label, Organisation.name, PanelItem.total)
        .join(Organisation, Organisation.id == PanelItem.organisation_id)
        .where(PanelItem.panel_id == panel_id)
        .order_by(PanelItem.rank)
    )
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(session().execute(query)):
            page.write_row(number, 0, [float(cell) if isinstance(cell, Decimal) else cell for cell in row])
    return Response(out.getvalue())
