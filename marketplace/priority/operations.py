"""The verbs of priority lists (名单办理): drafted, published as a frozen snapshot, corrected by the next one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from marketplace.core.canonical import sha256_hex
from marketplace.core.clock import beijing_date
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.priority import policy
from marketplace.priority.events import PriorityListDrafted, SnapshotTaken
from marketplace.priority.models import PriorityKind, PriorityList, Snapshot
from marketplace.priority.queries import inputs_for
from marketplace.priority.ranking import RankingRules, rank, rules_from_dict
from marketplace.priority.workflow import PRIORITY_LIST

MOST_PLACES = 500
MOST_CAP = 100
LONGEST_TITLE = 120
LONGEST_REASON = 1000
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Verification:
    """快照核验: the content has the hash on record; the rows follow from the frozen inputs by the frozen rules."""

    content_intact: bool
    rows_follow: bool

    @property
    def ok(self) -> bool:
        return self.content_intact and self.rows_follow


def draft_list(uow: UnitOfWork, kind: str, title: str, places: int, rules: RankingRules) -> PriorityList:
    """拟定名单: kind, title, number of places and rules; its rows are a preview until publication."""
    require(policy.may_draft(uow.actor))
    _check(title, places, rules, kind)
    plist = PriorityList(
        code=_next_code(uow), kind=kind, title=title, rules=rules.to_dict(), places=places,
        created_by=uow.actor.person_id, created_at=uow.now,
    )  # fmt: skip
    uow.session.add(plist)
    uow.session.flush()
    uow.emit(PriorityListDrafted(list_id=plist.id))
    return plist


def revise_list(
    uow: UnitOfWork,
    plist: PriorityList,
    title: str,
    places: int,
    rules: RankingRules,
    version: int | None = None,
) -> None:
    """修改名单草稿. Whoever revises it last has drafted it."""
    require(policy.may_revise(uow.actor, plist))
    require_version(plist, version)
    _check(title, places, rules, plist.kind)
    plist.title, plist.places, plist.rules = title, places, rules.to_dict()
    plist.created_by = uow.actor.person_id
    uow.emit(PriorityListDrafted(list_id=plist.id))


def publish_list(uow: UnitOfWork, plist: PriorityList, version: int | None = None) -> Snapshot:
    """冻结并发布: by a second person; what is published is snapshot number 1."""
    require(policy.may_publish(uow.actor, plist))
    require_version(plist, version)
    content = content_of(uow, plist, 1)
    if not content["rows"]:
        raise Invalid({"rows": N_("还没有通过验收的成果，名单为空，不能发布")})
    PRIORITY_LIST.advance(plist, "publish")
    return _freeze(uow, plist, content, "")


def correct_list(uow: UnitOfWork, plist: PriorityList, reason: str, version: int | None = None) -> Snapshot:
    """更正: the next snapshot with its reason; the earlier ones stay as they are."""
    require(policy.may_correct(uow.actor, plist))
    require_version(plist, version)
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid({"reason": (N_("请填写更正理由，不超过%(most)s字"), {"most": LONGEST_REASON})})
    last = max(plist.snapshots, key=lambda snapshot: snapshot.number)
    content = content_of(uow, plist, last.number + 1)
    if content["rows"] == last.content["rows"]:
        raise Invalid({"reason": N_("重新计算后名单没有变化，不需要更正")})
    PRIORITY_LIST.advance(plist, "correct")
    return _freeze(uow, plist, content, reason)


def content_of(uow: UnitOfWork, plist: PriorityList, number: int) -> dict[str, Any]:
    """What a snapshot freezes: the list, its rules, the inputs and the rows that follow from them."""
    inputs = inputs_for(uow.session, plist.kind, uow.now)
    rules = rules_from_dict(plist.rules)
    return {
        "format": FORMAT,
        "list": {"code": plist.code, "kind": plist.kind, "title": plist.title, "places": plist.places},
        "number": number,
        "rules": rules.to_dict(),
        "inputs": inputs,
        "rows": rank(plist.kind, rules, inputs),
    }


def verify_snapshot(snapshot: Snapshot) -> Verification:
    """核验: computes hash and rows again from what was frozen."""
    content: Mapping[str, Any] = snapshot.content
    rows = rank(content["list"]["kind"], rules_from_dict(content["rules"]), content["inputs"])
    return Verification(
        sha256_hex(content) == snapshot.sha256, sha256_hex(rows) == sha256_hex(content["rows"])
    )


def _freeze(uow: UnitOfWork, plist: PriorityList, content: dict[str, Any], reason: str) -> Snapshot:
    snapshot = Snapshot(
        list_id=plist.id, number=content["number"], taken_at=uow.now, taken_by=uow.actor.person_id, reason=reason,
        content=content, sha256=sha256_hex(content),
    )  # fmt: skip
    plist.snapshots.append(snapshot)
    uow.session.flush()
    uow.emit(
        SnapshotTaken(
            list_id=plist.id, number=snapshot.number, sha256=snapshot.sha256, opinion=reason or None
        )
    )
    return snapshot


def _check(title: str, places: int, rules: RankingRules, kind: str) -> None:
    problems: dict[str, Problem] = {}
    if kind not in set(PriorityKind):
        problems["kind"] = N_("请选择名单类型")
    if not title or len(title) > LONGEST_TITLE:
        problems["title"] = (N_("请填写名称，不超过%(most)s字"), {"most": LONGEST_TITLE})
    if not 1 <= places <= MOST_PLACES:
        problems["places"] = (N_("请填写1至%(most)s的整数"), {"most": MOST_PLACES})
    if not 0 <= rules.priority_cap <= MOST_CAP:
        problems["priority_cap"] = (N_("请填写0至%(most)s的整数"), {"most": MOST_CAP})
    if problems:
        raise Invalid(problems)


def _next_code(uow: UnitOfWork) -> str:
    stem = f"YX-{beijing_date(uow.now).year}-"
    taken = uow.session.scalars(select(PriorityList.code).where(PriorityList.code.startswith(stem)))
    return f"{stem}{max((int(code.removeprefix(stem)) for code in taken), default=0) + 1:02d}"
