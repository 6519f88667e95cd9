"""What waits for whom (待办): each step of the story answers it in the same form; the workbench only collects."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One line of the workbench: ``what`` is a Chinese msgid filled by ``params``; ``subject`` names the object;
    ``endpoint`` and ``values`` lead to it in one click; ``due_at`` is the first moment that is too late."""

    what: str
    subject: str
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    since: datetime | None = None
    params: dict[str, Any] = field(default_factory=dict)
    is_sample: bool = False
