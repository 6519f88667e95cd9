"""Projects in the search (检索)."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from marketplace.core.actor import Actor
from marketplace.core.text import N_
from marketplace.projects.queries import projects_by_words
from marketplace.projects.workflow import PROJECT
from marketplace.search.finders import MOST_OF_A_KIND, Matter


def find_projects(session: Session, actor: Actor, words: Sequence[str]) -> list[Matter]:
    """Projects in which the unit takes part; for the province and the auditor all of them."""
    return [
        Matter(N_("项目"), row.title, row.number, row.unit, PROJECT.label(row.state), f"/projects/{row.id}")
        for row in projects_by_words(session, actor, words, MOST_OF_A_KIND)
    ]
