"""名单快照: computed, put together, frozen with its hash, and checked again."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.computations.models import Computation
from marketplace.computations.operations import request
from marketplace.computations.queries import latest
from marketplace.computations.workflow import ComputationState
from marketplace.core.canonical import sha256_hex
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.priority import meeting
from marketplace.priority.evaluation import FORMAT, KIND, OLD_FORMAT, assessed
from marketplace.priority.events import SnapshotTaken
from marketplace.priority.inputs import comparable, inputs_for, pseudonyms_for, sheets_for, with_sheets
from marketplace.priority.models import LedgerUse, Placement, PriorityList, Snapshot

SUBJECT = "priority_list"
PARTS = ("rows", "excluded", "calibration", "assessment")
"""What ``evaluation.evaluate`` answers, and a snapshot holds under the same names."""


@dataclass(frozen=True, slots=True)
class Annex:
    """附件: what another step adds to a snapshot of its kind under ``part``. ``record`` gets the content so far and
    answers plain values, or None; ``problem`` says why the list cannot be published yet; ``lapse`` undoes what was
    typed since a moment for a correction that is declined; ``announce`` freezes its own rules together with the
    round's and answers their hash."""

    part: str
    record: Callable[[Session, PriorityList, Mapping[str, Any]], dict[str, Any] | None]
    problem: Callable[[Session, PriorityList, Mapping[str, Any]], Problem | None]
    lapse: Callable[[UnitOfWork, PriorityList, datetime], None]
    announce: Callable[[UnitOfWork, PriorityList], str] | None = None


ANNEXES: dict[str, Annex] = {}
"""Kind of round to its annex, bound where everything is wired."""


def ask_for_result(uow: UnitOfWork, plist: PriorityList) -> Computation:
    """提交测算: rules and inputs as they are now go to the worker, the experts under pseudonyms that stay."""
    inputs = inputs_for(uow.session, plist, uow.now)
    sheets = sheets_for(uow.session, [one["project_id"] for one in inputs["outcomes"]])
    names = pseudonyms_for(plist.pseudonyms, (sheet["expert"] for sheet in sheets), secrets.SystemRandom())
    if names != plist.pseudonyms:
        plist.pseudonyms = names
    payload = {
        "format": FORMAT,
        "places": plist.places,
        "rules": plist.rules,
        "inputs": with_sheets(inputs, sheets, names),
    }
    return request(uow, kind=KIND, subject_kind=SUBJECT, subject_id=plist.id, payload=payload)


def result_of(session: Session, list_id: int) -> Computation | None:
    """The newest computation of a round, whatever became of it."""
    return latest(session, KIND, SUBJECT, list_id)


def fresh_problem(
    plist: PriorityList, found: Computation | None, inputs: Mapping[str, Any]
) -> Problem | None:
    """Why the computed result cannot be taken: none, not ready, or something has changed since."""
    if found is None:
        return N_("还没有测算排序，请先测算")
    if found.state != ComputationState.DONE or found.result is None:
        return N_("排序还没有测算完成")
    payload = found.payload
    frame = (payload.get("format"), payload["places"], payload["rules"])
    same = frame == (FORMAT, plist.places, plist.rules)
    if not same or comparable(payload["inputs"]) != comparable(inputs):
        return N_("测算以后依据有变化，请重新测算")
    return None


def frame_of(plist: PriorityList) -> dict[str, Any]:
    """The list as every content names it."""
    return {"list": {"code": plist.code, "kind": plist.kind, "title": plist.title, "places": plist.places}}


def live_content(session: Session, plist: PriorityList, now: datetime) -> dict[str, Any] | Problem:
    """The ranking as computed, in the form of a snapshot, or why it does not hold now."""
    found = result_of(session, plist.id)
    problem = fresh_problem(plist, found, inputs_for(session, plist, now))
    if problem or found is None or found.result is None:
        return problem or ""
    return {
        **frame_of(plist),
        "rules": found.payload["rules"],
        "inputs": found.payload["inputs"],
        **found.result,
    }


def content_of(
    uow: UnitOfWork, plist: PriorityList, found: Computation | None, number: int, reason: str = ""
) -> dict[str, Any]:
    """What a snapshot freezes: the list, its rules, the inputs and everything that follows from them; also when it was
    taken and, for a correction, why: the hash covers both."""
    problem = fresh_problem(plist, found, inputs_for(uow.session, plist, uow.now))
    if problem or found is None or found.result is None:
        raise Invalid({"rows": problem or ""})
    if differs := found.result["calibration"]["differs"]:
        raise Invalid(
            {"rows": (N_("成果得分与评分表不符，请先核对：%(numbers)s"), {"numbers": "、".join(differs)})}
        )
    content = {
        "format": FORMAT,
        **frame_of(plist),
        "number": number,
        "taken_at": uow.now.isoformat(timespec="microseconds"),
        "reason": reason,
        "rules": found.payload["rules"],
        "rules_sha256": plist.rules_sha256,
        "inputs": found.payload["inputs"],
        **{part: found.result[part] for part in PARTS},
    }
    if not content["rows"]:
        raise Invalid({"rows": N_("没有符合条件的候选对象，名单为空，不能发布")})
    return _with_annex(uow.session, plist, content)


def _with_annex(session: Session, plist: PriorityList, content: dict[str, Any]) -> dict[str, Any]:
    annex = ANNEXES.get(plist.kind)
    if annex is None:
        return content
    if problem := annex.problem(session, plist, content):
        raise Invalid({annex.part: problem})
    record = annex.record(session, plist, content)
    return content if record is None else {**content, annex.part: record}


def freeze(uow: UnitOfWork, plist: PriorityList, content: dict[str, Any]) -> Snapshot:
    """冻结: the snapshot, which points counted in it, and who got a place."""
    reason = content["reason"]
    snapshot = Snapshot(
        list_id=plist.id, number=content["number"], taken_at=uow.now, taken_by=uow.actor.person_id, reason=reason,
        content=content, sha256=sha256_hex(content),
    )  # fmt: skip
    plist.snapshots.append(snapshot)
    uow.session.flush()
    entries = sorted({entry["id"] for row in content["rows"] for entry in row["entries"]})
    uow.session.add_all(LedgerUse(entry_id=entry, snapshot_id=snapshot.id) for entry in entries)
    uow.session.add_all(
        Placement(
            snapshot_id=snapshot.id, candidate=row["key"], organisation_id=row["unit_id"], rank=row["rank"]
        )
        for row in placed(content)
    )
    uow.session.flush()
    uow.emit(
        SnapshotTaken(
            list_id=plist.id, number=snapshot.number, sha256=snapshot.sha256, opinion=reason or None
        )
    )
    return snapshot


def placed(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Who got a place: those that get money where money is given out, those on the list as the meeting settled it, and
    in formats before that the first in the ranking."""
    if "plan" in content:
        listed = content["plan"]["settled"]["amounts"]
    elif "meeting" in content:
        listed = content["meeting"]["listed"]
    else:
        return list(content["rows"][: content["list"]["places"]])
    return [row for row in content["rows"] if row["key"] in set(listed)]


@dataclass(frozen=True, slots=True)
class Verification:
    """快照核验: the content has the hash on record, and so have moment and reason; the rows follow from the frozen
    inputs by the frozen rules."""

    content_intact: bool
    rows_follow: bool

    @property
    def ok(self) -> bool:
        return self.content_intact and self.rows_follow


def verify_snapshot(snapshot: Snapshot) -> Verification:
    """核验: computes hash and rows again from what was frozen. The calibration is taken as frozen: computing that
    again is the worker's or the command line's part."""
    content: Mapping[str, Any] = snapshot.content
    again = assessed(payload_of(content), content["calibration"])
    frozen = {part: content[part] for part in PARTS}
    intact = sha256_hex(content) == snapshot.sha256 and _as_told(snapshot)
    return Verification(intact, sha256_hex(again) == sha256_hex(frozen) and not meeting.findings(content))


def _as_told(snapshot: Snapshot) -> bool:
    """Moment and reason are those under the hash; in the older format they stood beside it."""
    content: Mapping[str, Any] = snapshot.content
    if content["format"] <= OLD_FORMAT:
        return True
    told = (snapshot.taken_at.isoformat(timespec="microseconds"), snapshot.reason, snapshot.number)
    return told == (content["taken_at"], content["reason"], content["number"])


def payload_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """What ``evaluation.evaluate`` needs to compute a snapshot's figures again."""
    return {
        "format": content["format"],
        "places": content["list"]["places"],
        "rules": content["rules"],
        "inputs": content["inputs"],
    }
