"""Who may read a file: its owner's rule decides, and where there is none, nobody may (附件查看规则)."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.core.actor import Actor
from marketplace.core.dataclass import dataclass
from marketplace.files.models import Attachment


@dataclass(frozen=True, slots=True)
class Access:
    """The rule's answer. ``seal_key``: the audit row of the download stays under this seal."""

    readable: bool
    seal_key: str | None = None


DENIED = Access(False)

OwnerRule = Callable[[Session, Actor, int, datetime], Access]

OWNERS: dict[str, OwnerRule] = {}
"""Kind of owner to its rule, bound where everything is wired."""


def access_to(session: Session, actor: Actor, attachment: Attachment, now: datetime) -> Access:
    """What the owner's rule says about this actor and file."""
    rule = OWNERS.get(attachment.owner_kind)
    return rule(session, actor, attachment.owner_id, now) if rule else DENIED
