"""The verbs of computations (后台计算): asked for, cancelled; and what the worker notes about them."""

from typing import Any

from marketplace.computations.events import (
    ComputationCancelled,
    ComputationFailed,
    ComputationFinished,
    ComputationRequested,
)
from marketplace.computations.models import Computation, Failure
from marketplace.computations.policy import may_cancel
from marketplace.computations.queries import latest
from marketplace.computations.registry import KINDS
from marketplace.computations.workflow import COMPUTATION, UNFINISHED, ComputationState
from marketplace.core.canonical import sha256_hex
from marketplace.core.database import one_at_a_time
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require


def request(
    uow: UnitOfWork,
    *,
    kind: str,
    subject_kind: str,
    subject_id: int,
    payload: dict[str, Any],
    time_limit: int = 60,
    seal_key: str | None = None,
) -> Computation:
    """提交后台计算. The newest one of the subject, if it has the same inputs and waits, runs or is done, is the answer;
    one that waits with other inputs is superseded."""
    if kind not in KINDS:
        raise ValueError(f"no such kind of computation: {kind}")
    one_at_a_time(uow.session, f"computation:{kind}:{subject_kind}:{subject_id}")
    inputs = sha256_hex(payload)
    before = latest(uow.session, kind, subject_kind, subject_id)
    if (
        before is not None
        and before.inputs_sha256 == inputs
        and before.state in {*UNFINISHED, ComputationState.DONE}
    ):
        return before
    if before is not None and before.state == ComputationState.QUEUED:
        _end(uow, before, "superseded")
    made = Computation(
        kind=kind, subject_kind=subject_kind, subject_id=subject_id, payload=payload, inputs_sha256=inputs,
        requested_by=uow.actor.person_id, requested_at=uow.now, time_limit_s=time_limit, seal_key=seal_key,
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    uow.emit(ComputationRequested(**_about(made)))
    return made


def cancel(uow: UnitOfWork, computation: Computation) -> None:
    """取消计算: one that runs is killed within seconds, and its result is not noted."""
    require(may_cancel(computation))
    _end(uow, computation, "asked")


def _end(uow: UnitOfWork, computation: Computation, cause: str) -> None:
    COMPUTATION.advance(computation, "cancel")
    computation.finished_at, computation.claim, computation.claim_until = uow.now, None, None
    uow.emit(ComputationCancelled(cause=cause, **_about(computation)))


def finish(uow: UnitOfWork, computation: Computation, result: dict[str, Any]) -> None:
    """得出结果: noted and delivered in one transaction."""
    COMPUTATION.advance(computation, "finish")
    computation.result, computation.progress, computation.note = result, 100, ""
    computation.finished_at, computation.claim, computation.claim_until = uow.now, None, None
    KINDS[computation.kind].deliver(uow, computation, result)
    uow.emit(ComputationFinished(**_about(computation)))


def fail(uow: UnitOfWork, computation: Computation, error: Failure, detail: str = "") -> None:
    """记录失败原因. The detail is for the person who asked; the trail gets only the kind of failure."""
    COMPUTATION.advance(computation, "fail")
    computation.error, computation.error_detail = error, detail
    computation.finished_at, computation.claim, computation.claim_until = uow.now, None, None
    uow.emit(ComputationFailed(error=str(error), **_about(computation)))


def _about(computation: Computation) -> dict[str, Any]:
    return {
        "computation_id": computation.id,
        "kind": computation.kind,
        "inputs_sha256": computation.inputs_sha256,
        "sealed_by": computation.seal_key,
    }
