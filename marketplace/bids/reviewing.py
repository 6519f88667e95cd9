"""How a panel finds and reads bids (评审对象)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from marketplace.bids.blind import blind
from marketplace.bids.presentation import document
from marketplace.bids.queries import opened_bid, opened_bids
from marketplace.bids.workflow import BidState
from marketplace.reviews.subjects import Subject, SubjectPort


def subjects(session: Session, topic_id: int) -> Sequence[Subject]:
    """The opened bids of a topic that passed the formal check, in the order of submission."""
    return [
        Subject(
            bid.id, bid.lead.name, bid.lead_id, tuple(partner.organisation_id for partner in bid.partners)
        )
        for bid in opened_bids(session, topic_id)
        if bid.state == BidState.OPENED
    ]


def render(session: Session, bid_id: int) -> tuple[str, dict[str, Any]]:
    """The bid as an expert reads it: the same document that bidders and province read."""
    return "bids/_document.html", document(session, opened_bid(session, bid_id))


def recusals(_session: Session, bid_id: int) -> str:
    """Where the bidding unit asks for recusals."""
    return f"/bids/{bid_id}/recusals"


PORT = SubjectPort(subjects, render, recusals, blind)
