"""``flask people``: the first administrators of an installation, and the end of its sample people."""

import click
from flask.cli import AppGroup
from sqlalchemy import select

from marketplace.cli.base import doing, looking, printable
from marketplace.core.actor import ADMINISTRATOR_ROLES, Role
from marketplace.core.errors import MarketplaceError
from marketplace.organisations.models import Organisation, OrganisationKind, Person
from marketplace.organisations.newcomers import clean_email, email_problem
from marketplace.organisations.operations.invitations import Newcomer, invite
from marketplace.organisations.operations.people import end_demo_accounts
from marketplace.web.runtime import runtime

people = AppGroup("people", help="People and their accounts (人员).")


@people.command("create-admin")
@click.option(
    "--email", prompt="E-mail", help="Address to which the invitation goes; asked for when left out."
)
@click.option("--name", prompt="Name", help="Name of the person; asked for when left out.")
@click.option(
    "--role", default=Role.SECURITY_ADMIN.value, show_default=True,
    type=click.Choice(sorted(role.value for role in ADMINISTRATOR_ROLES)),
)  # fmt: skip
def create_admin(email: str, name: str, role: str) -> None:
    """Invites an administrator of the province and prints the link, which works once within seven days."""
    address = clean_email(email)
    if email_problem(address) or not name.strip():
        raise click.ClickException("a name and a valid e-mail address are needed")
    try:
        with doing() as uow:
            province = uow.session.scalars(
                select(Organisation).where(Organisation.kind == OrganisationKind.PROVINCE)
            ).first()
            if province is None:
                raise click.ClickException("there are no organisations yet: run flask setup first")
            newcomer = Newcomer(name.strip()[:80], address, ((province.id, Role(role)),))
            _, secret = invite(uow, newcomer)
    except MarketplaceError as error:
        problems = getattr(error, "problems", {})
        raise click.ClickException("; ".join(str(p) for p in problems.values()) or str(error)) from error
    click.echo(f"{runtime().settings.base_url}/invitation/{secret}")


@people.command("list")
def list_people() -> None:
    """Who has an account: state, address, name."""
    with looking() as session:
        for person in session.scalars(select(Person).order_by(Person.email)):
            sample = "  sample" if person.is_demo else ""
            click.echo(printable(f"{person.state:<12} {person.email}  {person.name}{sample}"))


@people.command("end-demo")
def end_demo() -> None:
    """Deactivates all sample people, so that the database may serve without DEMO=1."""
    with doing() as uow:
        number = end_demo_accounts(uow)
    click.echo(f"{number} sample accounts deactivated")
