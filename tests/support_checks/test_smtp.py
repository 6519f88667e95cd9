"""The mail server of the tests speaks SMTP, keeps the mails, and refuses when told to."""

import smtplib
from email.message import EmailMessage

import pytest

from tests.support.smtp import SmtpServer


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "sender@example.org"
    message["To"] = "bureau@example.org"
    message["Subject"] = "榜题发布"
    message.set_content("请于截止前揭榜。")
    return message


def test_a_mail_arrives_whole(smtp_server: SmtpServer) -> None:
    with smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=5) as client:
        client.send_message(mail())
    (received,) = smtp_server.wait_for(1)
    assert received.sender == "sender@example.org"
    assert received.recipients == ("bureau@example.org",)
    assert received.message["Subject"] == "榜题发布"
    assert received.message.get_content().strip() == "请于截止前揭榜。"


def test_a_refusal_is_given_once(smtp_server: SmtpServer) -> None:
    smtp_server.refusals.append("451 try again later")
    with smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=5) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.send_message(mail())
        assert refused.value.smtp_code == 451
        client.send_message(mail())
    assert len(smtp_server.wait_for(1)) == 1
