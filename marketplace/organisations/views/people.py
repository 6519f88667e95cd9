"""People administration (人员管理): the list, one person, invitations, appointments."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.core.text import N_, tidy
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.organisations import directory, policy, queries
from marketplace.organisations.directory import PeopleFilter
from marketplace.organisations.forms import InviteForm, PeopleFilterForm, PersonForm, PostForm
from marketplace.organisations.labels import ROLE_LABELS
from marketplace.organisations.models import Person
from marketplace.organisations.newcomers import masked
from marketplace.organisations.operations import invitations, people, posts
from marketplace.organisations.operations.invitations import Newcomer
from marketplace.organisations.operations.people import Description
from marketplace.organisations.views.base import blueprint
from marketplace.organisations.workflow import PERSON, PersonState
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.i18n import translate
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.offers import history_rows, offer
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, current_uow, db_session, request_now

MANAGERS = (Role.SECURITY_ADMIN, Role.HEAD)

PAGES = frozenset(
    f"organisations.{name}"
    for name in ("list_people", "show_person", "new_person", "invite_person", "edit_person", "save_person",
                 "add_post", "import_page", "check_import", "import_people", "show_phone")
)  # fmt: skip

add_entry(
    Entry(
        75,
        N_("人员管理"),
        "organisations.list_people",
        frozenset(MANAGERS),
        active=lambda endpoint: endpoint in PAGES,
    )
)


def _filters() -> PeopleFilterForm:
    form = PeopleFilterForm(formdata=request.args)
    everything = [("", _("全部"))]
    form.role.choices = everything + [
        (str(role), translate(ROLE_LABELS[role])) for role in directory.roles_to_give(current_actor())
    ]
    form.state.choices = everything + [(str(state), translate(PERSON.label(state))) for state in PersonState]
    return form


@blueprint.get("/manage/people")
@signed_in(*MANAGERS)
def list_people() -> str:
    """Everybody the actor manages."""
    session, form = db_session(), _filters()
    wanted = PeopleFilter(tidy(form.q.data)[:80], form.role.data or "", form.state.data or "")
    page = paginate(session, directory.people_query(current_actor(), wanted), page_number())
    lines = directory.with_posts(session, page.items)
    return render_template(
        "organisations/people.html", page=page, lines=lines, form=form, masked=masked, workflow=PERSON
    )


def _offered(form: PostForm) -> PostForm:
    actor = current_actor()
    units = directory.units_to_staff(db_session(), actor, beijing_date(request_now()))
    form.offer(units, directory.roles_to_give(actor))
    return form


@blueprint.get("/manage/people/new")
@signed_in(*MANAGERS)
def new_person() -> str:
    """The form of an invitation."""
    return render_template("organisations/new_person.html", form=_offered(InviteForm(formdata=None)))


@blueprint.post("/manage/people")
@signed_in(*MANAGERS)
def invite_person() -> ResponseReturnValue:
    """Sends an invitation."""
    form = InviteForm()
    _offered(form)
    if not form.validate() or not attempt(form, _invite, form):
        return render_template("organisations/new_person.html", form=form), 422
    flash(_("邀请已发出，链接7天内有效。"), "success")
    return redirect(url_for("organisations.list_people"))


def _invite(uow: UnitOfWork, form: InviteForm) -> None:
    newcomer = Newcomer(
        form.name.data or "",
        form.email.data or "",
        (form.post,),
        form.title.data or "",
        form.phone.data or "",
    )
    invitations.invite(uow, newcomer)


def _person_page(person: Person, form: PostForm | None = None, phone: str = "") -> str:
    session, actor = db_session(), current_actor()
    held = directory.posts_of(session, person.id)
    sole = queries.sole_posts(session, person.id)
    rows = history_rows(directory.account_history(session, person.id))
    return render_template(
        "organisations/person.html", person=person, held=held, history=rows, workflow=PERSON,
        form=form or _offered(PostForm(formdata=None)), phone=phone or masked(person.phone), shown=bool(phone),
        actions=_actions(person, [(p.organisation_id, Role(p.role)) for p, _u in held if p.ended_at is None], sole),
        endings={p.id: policy.may_end_post(actor, person, (u.id, Role(p.role)), u.kind, sole) for p, u in held},
    )  # fmt: skip


def _actions(person: Person, held: list[policy.Post], sole: list[policy.Post]) -> list[dict[str, Any]]:
    actor, key = current_actor(), person.id
    invited = person.state == PersonState.INVITED or not (person.password_hash or person.is_demo)
    found = [offer(N_("修改信息"), "organisations.edit_person", policy.may_change_person(actor, person, held),
                   method="get", tone="secondary", person_id=key)]  # fmt: skip
    if invited:
        verdict = policy.may_invite_again(actor, person, held)
        found.append(
            offer(N_("重新邀请"), "organisations.invite_again", verdict, tone="secondary", person_id=key)
        )
    if person.state == PersonState.INVITED:
        verdict = policy.may_cancel_invitation(actor, person, held)
        found.append(
            offer(N_("取消邀请"), "organisations.cancel_invitation", verdict, tone="danger", person_id=key)
        )
    if person.state == PersonState.ACTIVE:
        verdict = policy.may_deactivate(actor, person, held, sole)
        found.append(offer(N_("停用账号"), "organisations.deactivate", verdict, tone="danger", person_id=key))
    if person.state == PersonState.DEACTIVATED and not invited:
        verdict = policy.may_reactivate(actor, person, held)
        found.append(offer(N_("恢复账号"), "organisations.reactivate", verdict, person_id=key))
    return found


def _load(person_id: int) -> Person:
    return directory.person_for(db_session(), current_actor(), person_id)


def _back(person_id: int) -> Response:
    return redirect(url_for("organisations.show_person", person_id=person_id))


@blueprint.get("/manage/people/<int:person_id>")
@signed_in(*MANAGERS)
def show_person(person_id: int) -> str:
    """One person: account, appointments, history."""
    return _person_page(_load(person_id))


@blueprint.post("/manage/people/<int:person_id>/phone")
@signed_in(*MANAGERS)
def show_phone(person_id: int) -> str:
    """The same page with the full number, against a row in the trail."""
    person = _load(person_id)
    people.note_phone_seen(current_uow(), person)
    return _person_page(person, phone=person.phone)


@blueprint.get("/manage/people/<int:person_id>/edit")
@signed_in(*MANAGERS)
def edit_person(person_id: int) -> str:
    """The form of name, title and phone."""
    person = _load(person_id)
    return render_template(
        "organisations/edit_person.html", form=PersonForm(formdata=None, obj=person), person=person
    )


@blueprint.post("/manage/people/<int:person_id>/edit")
@signed_in(*MANAGERS)
def save_person(person_id: int) -> ResponseReturnValue:
    """Saves name, title and phone."""
    form, person = PersonForm(), _load(person_id)
    wanted = Description(form.name.data or "", form.title.data or "", form.phone.data or "")
    if not form.validate() or not attempt(form, people.describe, person, wanted, form.opened_version()):
        return render_template("organisations/edit_person.html", form=form, person=person), 422
    flash(_("人员信息已保存。"), "success")
    return _back(person_id)


@blueprint.post("/manage/people/<int:person_id>/posts")
@signed_in(*MANAGERS)
def add_post(person_id: int) -> ResponseReturnValue:
    """Adds an appointment."""
    form, person = PostForm(), _load(person_id)
    _offered(form)
    if not form.validate() or not attempt(form, posts.add_post, person, *form.post):
        return _person_page(_load(person_id), form), 422
    flash(_("已增加任职，此人需要重新登录。"), "success")
    return _back(person_id)


@blueprint.post("/manage/people/<int:person_id>/posts/<int:appointment_id>/end")
@signed_in(*MANAGERS)
def end_post(person_id: int, appointment_id: int) -> Response:
    """Ends an appointment."""
    posts.end_post(current_uow(), _load(person_id), appointment_id)
    flash(_("任职已结束，此人需要重新登录。"), "success")
    return _back(person_id)


@blueprint.post("/manage/people/<int:person_id>/deactivate")
@signed_in(*MANAGERS)
def deactivate(person_id: int) -> Response:
    """Deactivates the account."""
    people.deactivate(current_uow(), _load(person_id))
    flash(_("账号已停用，所有登录已退出。"), "success")
    return _back(person_id)


@blueprint.post("/manage/people/<int:person_id>/reactivate")
@signed_in(*MANAGERS)
def reactivate(person_id: int) -> Response:
    """Restores the account."""
    people.reactivate(current_uow(), _load(person_id))
    flash(_("账号已恢复。"), "success")
    return _back(person_id)


@blueprint.post("/manage/people/<int:person_id>/invite")
@signed_in(*MANAGERS)
def invite_again(person_id: int) -> Response:
    """Sends a new link."""
    invitations.invite_again(current_uow(), _load(person_id))
    flash(_("邀请已发出，链接7天内有效。"), "success")
    return _back(person_id)


@blueprint.post("/manage/people/<int:person_id>/cancel")
@signed_in(*MANAGERS)
def cancel_invitation(person_id: int) -> Response:
    """Takes the invitation back."""
    invitations.cancel(current_uow(), _load(person_id))
    flash(_("邀请已取消。"), "success")
    return _back(person_id)
