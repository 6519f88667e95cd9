"""What happens by itself, and when. Each job only calls idempotent operations; all run every worker interval."""

from marketplace.bids.opening import open_due_topics
from marketplace.bids.queries import keys_for_opening
from marketplace.bids.reminders import remind_unsubmitted, unsubmitted_keys
from marketplace.computations.work import run_due
from marketplace.core.text import N_
from marketplace.files.pending import over_keys, remove_over
from marketplace.files.sweeping import NAME as SWEEP_FILES
from marketplace.files.sweeping import Sweeper
from marketplace.notifications.delivery import deliver_due
from marketplace.notifications.jobs import AnyJob, Job, RowJob, SteppedJob
from marketplace.notifications.trail_keeping import keep_trail
from marketplace.organisations.operations.invitations import expire_invitations, expired_keys
from marketplace.organisations.throttle import forget_old_tries
from marketplace.projects.reminding import due_keys, remind_due
from marketplace.reviews.reminders import remind_experts, reminder_keys
from marketplace.topics.operations import publish_due_topics
from marketplace.topics.queries import due_topic_keys, last_seal

JOBS: tuple[AnyJob, ...] = (
    RowJob("publish-due-topics", N_("定时发榜"), due_topic_keys, publish_due_topics),
    RowJob("open-due-topics", N_("到期启封"), keys_for_opening, open_due_topics),
    RowJob("remind-unsubmitted-bids", N_("揭榜截止提醒"), unsubmitted_keys, remind_unsubmitted, sealed=True),
    RowJob("remind-of-milestones", N_("里程碑提醒与催办"), due_keys, remind_due),
    RowJob("remind-experts", N_("评分提醒"), reminder_keys, remind_experts),
    RowJob("expire-invitations", N_("邀请过期"), expired_keys, expire_invitations),
    RowJob("remove-kept-uploads", N_("清理暂存附件"), over_keys, remove_over, sealed=True),
    SteppedJob(SWEEP_FILES, N_("清理无主文件"), Sweeper(last_seal)),
    Job("forget-old-tries", N_("清理登录尝试"), forget_old_tries),
    SteppedJob("keep-trail", N_("审计链接续与核验"), keep_trail),
    SteppedJob("deliver-mail", N_("投递邮件"), deliver_due),
)
"""In the order in which they run: what is overdue since longest comes first, mail about it last."""

BACKGROUND: tuple[AnyJob, ...] = (SteppedJob("compute", N_("后台计算"), run_due),)
"""Beside them, in a thread of its own: a computation of a minute delays no opening and no mail."""
