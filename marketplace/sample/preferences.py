"""What sample experts say about the items of a draft panel."""

from datetime import timedelta

from marketplace.core.clock import beijing_date
from marketplace.reviews.asked import asked_seat_for, open_items
from marketplace.reviews.models import Panel
from marketplace.reviews.operations.preferences import ask_preferences, say_preferences
from marketplace.reviews.preferences import Preference
from marketplace.sample.players import seats
from marketplace.sample.stage import Stage

LEVELS = (Preference.EAGER, Preference.CAN, Preference.UNWILLING, Preference.CAN)
"""Said in turn, so that the experts differ."""


def ask(stage: Stage, panel_id: int, days: int) -> None:
    """The officer asks the members."""
    stage.do("officer", ask_preferences, (Panel, panel_id), stage.moment + timedelta(days=days))


def say(stage: Stage, panel_id: int, most: int) -> None:
    """The first of them answer."""
    for number, (seat_id, key) in enumerate(seats(stage, panel_id)[:most]):
        with stage.acting(key) as uow:
            seat = asked_seat_for(uow.session, uow.actor, seat_id)
            items = open_items(uow.session, seat, beijing_date(uow.now))
            levels = {item.id: LEVELS[(number + place) % len(LEVELS)] for place, item in enumerate(items)}
            say_preferences(uow, seat, levels)
