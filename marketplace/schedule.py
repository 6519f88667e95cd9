"""What happens by itself, and when. Each job only calls idempotent operations; all run every worker interval."""

from marketplace.bids.opening import open_due_topics
from marketplace.bids.reminders import remind_unsubmitted
from marketplace.computations.work import run_due
from marketplace.core.text import N_
from marketplace.notifications.delivery import deliver_due
from marketplace.notifications.jobs import AnyJob, Job, SteppedJob
from marketplace.organisations.operations.invitations import expire_invitations
from marketplace.projects.reminding import remind_due
from marketplace.topics.operations import publish_due_topics

JOBS: tuple[AnyJob, ...] = (
    Job("publish-due-topics", N_("定时发榜"), publish_due_topics),
    Job("open-due-topics", N_("到期启封"), open_due_topics),
    Job("remind-unsubmitted-bids", N_("揭榜截止提醒"), remind_unsubmitted),
    Job("remind-of-milestones", N_("里程碑提醒与催办"), remind_due),
    Job("expire-invitations", N_("邀请过期"), expire_invitations),
    SteppedJob("deliver-mail", N_("投递邮件"), deliver_due),
)
"""In the order in which they run: what is overdue since longest comes first, mail about it last."""

BACKGROUND: tuple[AnyJob, ...] = (SteppedJob("compute", N_("后台计算"), run_due),)
"""Beside them, in a thread of its own: a computation of a minute delays no opening and no mail."""
