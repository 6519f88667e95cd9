"""Bids in the search (检索): found through the one door."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from marketplace.bids.queries import bids_by_words
from marketplace.bids.workflow import BID
from marketplace.core.actor import Actor
from marketplace.core.text import N_
from marketplace.search.finders import MOST_OF_A_KIND, Matter


def find_bids(session: Session, actor: Actor, words: Sequence[str]) -> list[Matter]:
    """The unit's own bids and those it joins; for the province and the auditor the opened ones."""
    return [
        Matter(N_("揭榜申请"), row.title, row.number or "", row.unit, BID.label(row.state), f"/bids/{row.id}")
        for row in bids_by_words(session, actor, words, MOST_OF_A_KIND)
    ]
