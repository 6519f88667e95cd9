"""What waits for the system administrator (系统管理员待办): mails and jobs that failed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.audit.seals import not_sealed
from marketplace.core.actor import Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem
from marketplace.notifications.models import MailState, OutboxMail
from marketplace.notifications.queries import failing_rows


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """One line for all mails, one for all jobs; what is sealed is neither named nor counted."""
    return [*_mails(session), *_jobs(session)] if actor.has(Role.SYSTEM_ADMIN) else []


def _jobs(session: Session) -> list[WorkItem]:
    failing = failing_rows(session)
    if not failing:
        return []
    what = N_("定时任务有%(count)s件事项没有办成，系统会自动重试")
    number = {"count": len(failing)}
    return [WorkItem(what, "", "notifications.system", since=failing[0].first_at, params=number)]


def _mails(session: Session) -> list[WorkItem]:
    failed = OutboxMail.state == MailState.FAILED, not_sealed(OutboxMail.seal_key)
    number, since = session.execute(
        select(func.count(), func.min(OutboxMail.created_at)).where(*failed)
    ).one()
    if not number:
        return []
    what = N_("有%(count)s封邮件投递失败，请查明原因后重新投递")
    values = {"state": str(MailState.FAILED)}
    return [WorkItem(what, "", "notifications.outbox", values, since=since, params={"count": number})]


def ongoing_for(session: Session, actor: Actor, now: datetime) -> Sequence[WorkItem]:
    """Nothing runs under the administrator's hands."""
    return ()
