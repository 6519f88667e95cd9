"""What the verbs of bidding share: a reason in words, and the mark of a change."""

from sqlalchemy.orm.attributes import flag_modified

from marketplace.bids.models import Bid
from marketplace.core.errors import Invalid
from marketplace.core.text import N_, has_forbidden_characters, tidy
from marketplace.core.unit_of_work import UnitOfWork

MOST_OPINION = 1000


def required_opinion(opinion: str) -> str:
    """A reason in words, or Invalid."""
    text = tidy(opinion)
    if not text or len(text) > MOST_OPINION or has_forbidden_characters(text):
        raise Invalid({"opinion": (N_("请填写理由，不超过%(most)s字"), {"most": MOST_OPINION})})
    return text


def touch(uow: UnitOfWork, bid: Bid) -> None:
    """The version grows even when only partners or files have changed."""
    bid.saved_at = uow.now
    flag_modified(bid, "saved_at")
