"""What may stand in a page of one language, though it is of the other: what people wrote, and nothing else."""

import re
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select

from marketplace.core.database import Base
from marketplace.i18n import merged_catalogue
from marketplace.reviews.blind.redaction import PLACEHOLDERS
from marketplace.web.runtime import Runtime
from tests.journeys.sheet import Sheet

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
ENGLISH = re.compile(r"[A-Za-z]{3,}(?: [A-Za-z]{2,})+")
EITHER_WAY = ("简体中文", "中文")
"""Languages are named in themselves."""


@dataclass(frozen=True)
class Languages:
    """The texts of the people (with what stands for hidden names in them), and what the program says."""

    written: str
    messages: frozenset[str]
    known: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, app: Flask) -> "Languages":
        parts: Runtime = app.extensions["marketplace"]
        with parts.engine.connect() as connection:
            rows = [
                str([tuple(row) for row in connection.execute(select(table))])
                for table in Base.metadata.tables.values()
            ]
        written = "".join([*rows, *PLACEHOLDERS.values()])
        messages = (one.id for one in merged_catalogue("en") if one.id != one.string)
        return cls(written, frozenset(one for one in messages if isinstance(one, str)))

    def leftovers(self, sheet: Sheet) -> list[str]:
        """Texts of the other language that nobody wrote."""
        if sheet.language == "en":
            return sorted({f"Chinese: {text[:60]}" for text in sheet.said if self._is_left_chinese(text)})
        return sorted({f"English: {text[:60]}" for text in sheet.said if self._is_left_english(text)})

    def _is_left_chinese(self, text: str) -> bool:
        return text not in EITHER_WAY and (
            self._is_said(text) or not all(map(self._is_written, CHINESE.findall(text)))
        )

    def _is_left_english(self, text: str) -> bool:
        return not all(map(self._is_written, ENGLISH.findall(text)))

    def _is_said(self, text: str) -> bool:
        """A message of the program that nobody wrote as such."""
        return text in self.messages and f"'{text}'" not in self.written

    def _is_written(self, run: str) -> bool:
        """Somebody wrote this; the same words come again on many pages."""
        if run not in self.known:
            self.known[run] = run in self.written
        return self.known[run]
