"""Finding attachments. Whoever shows them has already decided that the actor may see their owner."""

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Executable, Select, bindparam, func, select
from sqlalchemy.orm import Session

from marketplace.core.errors import NotFound
from marketplace.files.models import Attachment


def attachments_of(
    session: Session, owner_kind: str, owner_ids: Iterable[int]
) -> dict[int, list[Attachment]]:
    """The present files of several objects in one statement, oldest first; every asked id has its list."""
    found: dict[int, list[Attachment]] = {owner_id: [] for owner_id in owner_ids}
    if not found:
        return found
    for attachment in session.scalars(_present(), {"kind": owner_kind, "owners": list(found)}):
        found[attachment.owner_id].append(attachment)
    return found


@cache
def _present() -> Select[Attachment]:
    return (
        select(Attachment)
        .where(
            Attachment.owner_kind == bindparam("kind"),
            Attachment.owner_id.in_(bindparam("owners", expanding=True)),
            Attachment.removed_at.is_(None),
        )
        .order_by(Attachment.uploaded_at, Attachment.name, Attachment.id)
    )


def counts_of(session: Session, owner_kind: str, owner_ids: Sequence[int]) -> dict[int, int]:
    """How many files several objects have, in one statement; every asked id has its number."""
    found = dict.fromkeys(owner_ids, 0)
    if found:
        asked = {"kind": owner_kind, "owners": list(found)}
        found.update((owner_id, count) for owner_id, count in session.execute(_counts(), asked))
    return found


@cache
def _counts() -> Executable:
    return (
        select(Attachment.owner_id, func.count())
        .where(
            Attachment.owner_kind == bindparam("kind"),
            Attachment.owner_id.in_(bindparam("owners", expanding=True)),
            Attachment.removed_at.is_(None),
        )
        .group_by(Attachment.owner_id)
    )


def count_of(session: Session, owner_kind: str, owner_id: int) -> int:
    """How many files an object has."""
    query = select(func.count(Attachment.id)).where(
        Attachment.owner_kind == owner_kind,
        Attachment.owner_id == owner_id,
        Attachment.removed_at.is_(None),
    )
    return session.scalar(query) or 0


def attachment_by_id(session: Session, attachment_id: int) -> Attachment:
    """The row, whoever asks: only for what then asks ``access_to``. A removed file is gone for everybody; its bytes
    stay as evidence of what was recorded with them."""
    attachment = session.get(Attachment, attachment_id)
    if attachment is None or attachment.removed_at is not None:
        raise NotFound
    return attachment
