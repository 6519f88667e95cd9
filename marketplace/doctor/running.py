"""Computations, files, mails, jobs, the trail (后台计算、附件、邮件、任务、审计)."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, select

from marketplace.audit.chain import verify
from marketplace.audit.models import AuditRow
from marketplace.computations.models import Computation
from marketplace.computations.workflow import ComputationState
from marketplace.doctor.base import Context, check, where
from marketplace.files.models import Attachment, PendingFile
from marketplace.notifications.models import JobFailure, MailState, OutboxMail

AN_HOUR = timedelta(hours=1)


@check
def computations_end(context: Context) -> Iterable[str]:
    """One that runs has a worker's claim that was renewed within the hour; only one of a subject waits."""
    running = Computation.state == ComputationState.RUNNING
    yield from where(context, Computation, running, Computation.claim_until < context.now - AN_HOUR)
    waiting = (Computation.kind, Computation.subject_kind, Computation.subject_id)
    query = select(*waiting).where(Computation.state == ComputationState.QUEUED)
    for row in context.session.execute(query.group_by(*waiting).having(func.count() > 1)):
        yield f"Computation {':'.join(map(str, row))}"


@check
def attachments_have_their_file(context: Context) -> Iterable[str]:
    rows = context.session.execute(select(Attachment.id, Attachment.sha256, Attachment.size))
    for key, sha256, size in rows:
        path = context.files.path(sha256)
        if not path.is_file() or path.stat().st_size != size:
            yield f"Attachment {key}"


@check
def stored_files_match_their_hash(context: Context) -> Iterable[str]:
    for sha256 in sorted(set(context.session.scalars(select(Attachment.sha256)))):
        if context.files.exists(sha256) and not context.files.is_intact(sha256):
            yield f"file {sha256}"


@check
def files_have_their_attachment(context: Context) -> Iterable[str]:
    known = set(context.session.scalars(select(Attachment.sha256).union(select(PendingFile.sha256))))
    for path in sorted(context.files.root.glob("[0-9a-f][0-9a-f]/*")):
        if path.name not in known:
            yield f"file {path.name}"


@check
def sent_mails_have_their_time(context: Context) -> Iterable[str]:
    return where(context, OutboxMail, OutboxMail.state == MailState.SENT, OutboxMail.sent_at.is_(None))


@check
def no_claim_outlives_its_time(context: Context) -> Iterable[str]:
    return where(
        context,
        OutboxMail,
        OutboxMail.state == MailState.SENDING,
        OutboxMail.claim_until < context.now - AN_HOUR,
    )


@check
def jobs_do_all_that_is_due(context: Context) -> Iterable[str]:
    failures = context.session.scalars(select(JobFailure).order_by(JobFailure.job, JobFailure.first_at)).all()
    for job in sorted({failure.job for failure in failures if failure.sealed}):
        yield f"{job}: see the worker's log"
    for failure in failures:
        if not failure.sealed:
            since = f"{failure.first_at:%Y-%m-%d %H:%M} UTC"
            yield f"{failure.job} {failure.key}: {failure.error} since {since}, {failure.tries} tries"


@check
def nothing_lies_in_the_future(context: Context) -> Iterable[str]:
    return where(context, AuditRow, AuditRow.at > context.now + AN_HOUR)


@check
def the_audit_trail_is_one_unbroken_chain(context: Context) -> Iterable[str]:
    found = verify(context.session, context.trail_key)
    return [found.fault.value] if found else []
