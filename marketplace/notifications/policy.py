"""Who may look into the outbox, and who may send a mail again."""

from marketplace.core.actor import SYSTEM, Actor, Role
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, no
from marketplace.notifications.models import MailState, OutboxMail


def may_read_outbox(actor: Actor, demo: bool) -> Verdict:
    """查看发件箱: in the demonstration everybody signed in; otherwise the system administrator, without the letters'
    text."""
    if demo or actor.has(Role.SYSTEM_ADMIN):
        return YES
    return no(N_("发件箱由系统管理员查看"))


def may_see_system(actor: Actor) -> Verdict:
    """查看系统运行."""
    return YES if actor.has(Role.SYSTEM_ADMIN) else no(N_("系统运行情况由系统管理员查看"))


def may_read_letter(actor: Actor, mail: OutboxMail, demo: bool) -> Verdict:
    """查看邮件正文: its recipient, and in the demonstration everybody (sealed mails are never loaded for others)."""
    if demo or (actor.person_id is not None and actor.person_id == mail.recipient_person_id):
        return YES
    return no(N_("系统管理员只管投递，不查看正文"))


def may_retry(actor: Actor, mail: OutboxMail) -> Verdict:
    """重新投递: the system administrator or the command line, unless it has been sent or is under way."""
    if actor != SYSTEM and not actor.has(Role.SYSTEM_ADMIN):
        return no(N_("只有系统管理员可以重新投递"))
    if mail.state == MailState.SENT:
        return no(N_("邮件已经寄出"))
    if mail.state == MailState.SENDING:
        return no(N_("邮件正在投递"))
    return YES
