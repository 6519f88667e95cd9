"""The verbs of reviewing (评审办理)."""

from marketplace.reviews.operations.assignment import move_duty, request_assignment
from marketplace.reviews.operations.blinding import clear_file, hide_words, settle_leads, withdraw_mark
from marketplace.reviews.operations.extra import call_again
from marketplace.reviews.operations.heads import name_head
from marketplace.reviews.operations.invitations import decline_seat
from marketplace.reviews.operations.offline import import_sheets, keep_workbook
from marketplace.reviews.operations.panels import (
    add_member,
    add_members,
    choose_anchor,
    convene_panel,
    propose_members,
    release_panel,
    remove_member,
)
from marketplace.reviews.operations.preferences import (
    ask_preferences,
    declare_item_recusal,
    say_preferences,
)
from marketplace.reviews.operations.proposals import decline_reopening, propose_reopening
from marketplace.reviews.operations.ratings import Mark, rate_members
from marketplace.reviews.operations.recusals import decide_recusal, recuse_expert, request_recusal
from marketplace.reviews.operations.reopening import reopen_sheet
from marketplace.reviews.operations.results import conclude_panel, record_vote
from marketplace.reviews.operations.sheets import (
    confirm_seat,
    recuse_item,
    recuse_seat,
    save_sheet,
    submit_sheets,
)

__all__ = [
    "Mark",
    "add_member",
    "add_members",
    "ask_preferences",
    "declare_item_recusal",
    "say_preferences",
    "call_again",
    "clear_file",
    "hide_words",
    "settle_leads",
    "withdraw_mark",
    "choose_anchor",
    "move_duty",
    "name_head",
    "import_sheets",
    "keep_workbook",
    "reopen_sheet",
    "request_assignment",
    "recuse_item",
    "conclude_panel",
    "confirm_seat",
    "convene_panel",
    "decline_reopening",
    "decline_seat",
    "propose_members",
    "propose_reopening",
    "decide_recusal",
    "rate_members",
    "recuse_expert",
    "request_recusal",
    "record_vote",
    "recuse_seat",
    "release_panel",
    "remove_member",
    "save_sheet",
    "submit_sheets",
]
