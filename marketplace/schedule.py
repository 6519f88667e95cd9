"""What happens by itself, and when. Each job only calls an idempotent operation on a fresh unit of work."""

from collections.abc import Callable
from dataclasses import dataclass

from marketplace.bids.opening import open_due_topics
from marketplace.bids.reminders import remind_unsubmitted
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.topics.operations import publish_due_topics


@dataclass(frozen=True, slots=True)
class Job:
    """One job: does what is due at ``uow.now`` and answers how many things it did. Runs every worker interval."""

    name: str
    label: str
    run: Callable[[UnitOfWork], int]


JOBS: tuple[Job, ...] = (
    Job("publish-due-topics", N_("定时发榜"), publish_due_topics),
    Job("open-due-topics", N_("到期启封"), open_due_topics),
    Job("remind-unsubmitted-bids", N_("揭榜截止提醒"), remind_unsubmitted),
)
"""In the order in which they run: what is overdue since longest comes first."""
