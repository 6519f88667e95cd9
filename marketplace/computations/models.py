"""The queue of background computations."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.computations.workflow import ComputationState
from marketplace.core.database import Base, Numbered, one_of
from marketplace.core.text import N_


class Failure(StrEnum):
    """为什么没有算出来."""

    BAD_INPUT = "bad_input"
    TIME_LIMIT = "time_limit"
    CRASHED = "crashed"
    REFUSED = "refused"


FAILURES = {
    Failure.BAD_INPUT: N_("输入的数据不符合计算要求，请按下面的说明修改后重新计算"),
    Failure.TIME_LIMIT: N_("在限定时间内没有算完，计算已停止；请减少数据或放宽时间后重新计算"),
    Failure.CRASHED: N_("计算程序意外中断，没有得到结果；请重新计算，仍不成功请联系系统管理员"),
    Failure.REFUSED: N_("计算已完成，但期间情况有变，结果未被采用"),
}


class Computation(Numbered, Base):
    """后台计算: ``payload`` is all that the pure function of its kind gets, ``result`` what it answered. ``claim`` and
    ``claim_until`` are the lease of the worker that computes it: when it dies, another takes the work up again."""

    __tablename__ = "computation"
    __table_args__ = (
        one_of("state", ComputationState),
        Index("ix_computation_subject", "subject_kind", "subject_id", "kind"),
        Index("ix_computation_due", "state", "claim_until"),
    )

    kind: Mapped[str] = mapped_column(String(48))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    inputs_sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default=ComputationState.QUEUED)
    progress: Mapped[int] = mapped_column(Integer, default=0)
    note: Mapped[str] = mapped_column(String(120), default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    error: Mapped[str | None] = mapped_column(String(16))
    error_detail: Mapped[str] = mapped_column(Text, default="")
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    time_limit_s: Mapped[int] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    claim: Mapped[str | None] = mapped_column(String(64))
    claim_until: Mapped[datetime | None]
    seal_key: Mapped[str | None] = mapped_column(String(64))
