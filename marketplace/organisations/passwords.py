"""Passwords: what is acceptable, and slow salted hashes (口令规则)."""

import threading
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from marketplace.core.text import N_

DATA = Path(__file__).resolve().parent.parent / "data"
LEAST_LENGTH = 10
MOST_LENGTH = 128
REMEMBERED = 5
"""The last five passwords may not come back."""

COMMON = frozenset((DATA / "common_passwords.txt").read_text(encoding="utf-8").split())
"""Words that guessers try first; digits and signs at their end do not make them better."""

_one_at_a_time = threading.BoundedSemaphore(1)
"""One hash at a time in a process: its memory would otherwise be taken once for each thread."""


@lru_cache(maxsize=4)
def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1)


@lru_cache(maxsize=4)
def _nobodys_hash(memory_kib: int) -> str:
    return _hasher(memory_kib).hash("nobody has this password")


def hash_password(password: str, memory_kib: int) -> str:
    """Argon2id of the password."""
    with _one_at_a_time:
        return _hasher(memory_kib).hash(password)


def verify_password(stored: str | None, password: str, memory_kib: int) -> bool:
    """Whether the password fits. Without a stored hash the same work is done in vain, so that time tells nothing."""
    with _one_at_a_time:
        nobody = _nobodys_hash(memory_kib)
        try:
            return _hasher(memory_kib).verify(stored or nobody, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_new_hash(stored: str, memory_kib: int) -> bool:
    """True when the hash was made with other parameters than today's."""
    return _hasher(memory_kib).check_needs_rehash(stored)


def weakness(password: str, name: str, email: str) -> str | None:
    """Why this password is not accepted (a msgid), or None."""
    low = password.casefold()
    if len(password) < LEAST_LENGTH:
        return N_("密码至少10个字符")
    if len(password) > MOST_LENGTH:
        return N_("密码最多128个字符")
    account, _, host = email.casefold().partition("@")
    known = [part for part in (name.casefold(), account, host.partition(".")[0]) if len(part) > 3]
    if low == email.casefold() or any(part in low and len(low) < len(part) + 6 for part in known):
        return N_("密码不能由姓名或邮箱构成")
    if _is_common(low):
        return N_("这个密码太常见，容易被猜中，请换一个")
    return None


def _is_common(low: str) -> bool:
    if len(set(low)) < 4 or low.isdigit() and _runs(low):
        return True
    core = low.strip("0123456789!@#$%^&*()_+-=.,?~` ")
    return core in COMMON or low in COMMON


def _runs(digits: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in zip(digits, digits[1:], strict=False)}
    return len(steps) == 1
