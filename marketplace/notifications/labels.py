"""What the states of a mail are called (邮件状态)."""

from marketplace.core.text import N_
from marketplace.notifications.models import MailState

STATES = {
    MailState.WAITING: N_("待投递"),
    MailState.SENDING: N_("投递中"),
    MailState.SENT: N_("已寄出"),
    MailState.FAILED: N_("投递失败"),
    MailState.HELD: N_("留存不寄"),
}
TONES = {
    MailState.WAITING: "info",
    MailState.SENDING: "progress",
    MailState.SENT: "success",
    MailState.FAILED: "danger",
    MailState.HELD: "neutral",
}
