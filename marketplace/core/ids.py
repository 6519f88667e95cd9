"""Identifiers that tell nothing: neither how many came before nor when."""

import secrets


def random_id() -> int:
    """A random positive integer below 2**53: exact in JSON and JavaScript, a plain bigint in the database."""
    return secrets.randbelow(2**53 - 2**40) + 2**40


_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_code(length: int = 6) -> str:
    """A short code a person can read over the telephone (no 0/O, 1/I/L, U)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
