"""What is typed about a person, cleaned and judged (人员信息校验)."""

import re

from marketplace.core.text import N_, tidy

EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
PHONE = re.compile(r"[0-9+()#转 -]{5,40}")
MOST_NAME, MOST_TITLE, MOST_PHONE, MOST_EMAIL = 80, 80, 40, 254


def clean_email(typed: str | None) -> str:
    """An address as it is stored."""
    return tidy(typed).replace("＠", "@").replace("．", ".").lower()


def email_problem(email: str) -> str | None:
    """Why this is no address."""
    if len(email) > MOST_EMAIL or not EMAIL.fullmatch(email):
        return N_("请填写有效的邮箱，例如 name@example.gov.cn")
    return None


def phone_problem(phone: str) -> str | None:
    """Why this is no phone number; none at all is fine."""
    return N_("请填写有效的电话号码") if phone and not PHONE.fullmatch(phone) else None


def masked(phone: str) -> str:
    """138****1234: enough to recognise a number, too little to call it."""
    if len(phone) < 8:
        return "*" * len(phone)
    return f"{phone[:3]}****{phone[-4:]}"
