"""What can go wrong in an operation. The web turns each into one page; nothing else catches them."""

from collections.abc import Mapping
from typing import Any


class MarketplaceError(Exception):
    """Base of all refusals; ``message`` is a Chinese msgid, ``params`` fill it."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.params: dict[str, Any] = params


class Refused(MarketplaceError):
    """The policy says no (403)."""


class NotFound(MarketplaceError):
    """It does not exist, or this actor may not know that it does (404)."""

    def __init__(self, message: str = "页面不存在，或者您无权查看", **params: Any) -> None:
        super().__init__(message, **params)


class WrongState(MarketplaceError):
    """The workflow has no such move from the present state (409)."""


class StaleVersion(MarketplaceError):
    """Somebody else saved in between (409): both texts are kept and shown."""

    def __init__(
        self, theirs: Mapping[str, Any] | None = None, yours: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__("这份内容刚刚被他人修改，请核对两个版本后重新保存")
        self.theirs: dict[str, Any] = dict(theirs or {})
        self.yours: dict[str, Any] = dict(yours or {})


class Invalid(MarketplaceError):
    """The content breaks rules (422): ``problems`` maps a field name to a msgid or a (msgid, params) pair."""

    def __init__(self, problems: Mapping[str, "Problem"]) -> None:
        super().__init__("内容不完整或不正确")
        self.problems: dict[str, Problem] = dict(problems)


Problem = str | tuple[str, dict[str, Any]]
