"""Who gets a mail (收件人): a plain value, so that deciding it needs no person object."""

from marketplace.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Recipient:
    """One addressee, with the language in which the mail is written; no ``person_id``: somebody without an account."""

    person_id: int | None
    name: str
    email: str
    locale: str
