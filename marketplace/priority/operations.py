"""The verbs of priority rounds (轮次办理): drafted, announced, published as a snapshot, corrected by the next."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from marketplace.computations.models import Computation
from marketplace.core.canonical import sha256_hex
from marketplace.core.clock import beijing_date
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.priority import policy
from marketplace.priority.events import (
    CorrectionDropped,
    CorrectionProposed,
    PriorityListDrafted,
    RoundAnnounced,
)
from marketplace.priority.models import Declaration, PriorityKind, PriorityList, Snapshot
from marketplace.priority.opinions import check_reason
from marketplace.priority.rules import RoundRules, rule_problems, rules_from_dict, rules_sha256
from marketplace.priority.snapshots import ANNEXES, ask_for_result, content_of, freeze, result_of
from marketplace.priority.workflow import PRIORITY_LIST, DeclarationState

LONGEST_TITLE = 120


def draft_list(
    uow: UnitOfWork,
    kind: str,
    title: str,
    places: int,
    rules: RoundRules,
    declare_until: datetime | None = None,
) -> PriorityList:
    """拟定轮次: kind, title, number of places and rules; its rows are a preview until publication."""
    require(policy.may_draft(uow.actor))
    _check(uow, title, places, rules, kind, declare_until)
    plist = PriorityList(
        code=_next_code(uow), kind=kind, title=title, rules=rules.to_dict(), places=places,
        created_by=uow.actor.person_id, created_at=uow.now, declare_until=declare_until,
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
    rules: RoundRules,
    version: int | None = None,
    declare_until: datetime | None = None,
) -> None:
    """修改轮次草稿. Whoever revises it last has drafted it."""
    require(policy.may_revise(uow.actor, plist))
    require_version(plist, version)
    _check(uow, title, places, rules, plist.kind, declare_until)
    before = rules_from_dict(plist.rules)
    if _weights(before) == _weights(rules):
        rules = replace(rules, weighing=before.weighing, comparisons=before.comparisons)
    plist.title, plist.places, plist.rules = title, places, rules.to_dict()
    plist.declare_until = declare_until
    plist.created_by = uow.actor.person_id
    uow.emit(PriorityListDrafted(list_id=plist.id))


def announce_list(uow: UnitOfWork, plist: PriorityList, version: int | None = None) -> None:
    """公布规则: by a second person; from now on the rules are frozen and their hash is on record; in a funding round
    together with the terms."""
    require(policy.may_announce(uow.actor, plist))
    require_version(plist, version)
    rules = rules_from_dict(plist.rules)
    _check(uow, plist.title, plist.places, rules, plist.kind, plist.declare_until)
    PRIORITY_LIST.advance(plist, "announce")
    annex = ANNEXES.get(plist.kind)
    terms_sha256 = annex.announce(uow, plist) if annex and annex.announce else None
    plist.announced_at = uow.now
    plist.rules_sha256 = rules_sha256(rules.to_dict(), plist.places, terms_sha256)
    uow.emit(RoundAnnounced(list_id=plist.id, rules_sha256=plist.rules_sha256))


def compute_list(uow: UnitOfWork, plist: PriorityList) -> Computation:
    """测算排序: in the background."""
    require(policy.may_compute(uow.actor, plist))
    return ask_for_result(uow, plist)


def publish_list(uow: UnitOfWork, plist: PriorityList, version: int | None = None) -> Snapshot:
    """冻结并发布: by a second person; what has been computed is published as snapshot number 1."""
    require(policy.may_publish(uow.actor, plist))
    require_version(plist, version)
    if problem := _open_declarations(uow, plist):
        raise Invalid({"rows": problem})
    content = content_of(uow, plist, result_of(uow.session, plist.id), 1)
    PRIORITY_LIST.advance(plist, "publish")
    return freeze(uow, plist, content)


def propose_correction(uow: UnitOfWork, plist: PriorityList, reason: str, version: int | None = None) -> None:
    """提出更正: with its reason; the ranking is computed anew, another person confirms it."""
    require(policy.may_propose(uow.actor, plist))
    require_version(plist, version)
    check_reason(reason)
    PRIORITY_LIST.advance(plist, "propose")
    plist.correction_reason, plist.correction_by = reason, uow.actor.person_id
    uow.emit(CorrectionProposed(list_id=plist.id, opinion=reason))
    ask_for_result(uow, plist)


def correct_list(uow: UnitOfWork, plist: PriorityList, version: int | None = None) -> Snapshot:
    """确认更正: the next snapshot with its reason; the earlier ones stay as they are."""
    require(policy.may_correct(uow.actor, plist))
    require_version(plist, version)
    last = max(plist.snapshots, key=lambda snapshot: snapshot.number)
    reason = plist.correction_reason or ""
    content = content_of(uow, plist, result_of(uow.session, plist.id), last.number + 1, reason)
    if _said(content) == _said(last.content):
        raise Invalid({"rows": N_("重新测算后名单没有变化，不需要更正")})
    PRIORITY_LIST.advance(plist, "correct")
    plist.correction_reason, plist.correction_by = None, None
    return freeze(uow, plist, content)


def drop_correction(uow: UnitOfWork, plist: PriorityList, opinion: str, version: int | None = None) -> None:
    """不予更正: the list stays as it is."""
    require(policy.may_correct(uow.actor, plist))
    require_version(plist, version)
    check_reason(opinion)
    PRIORITY_LIST.advance(plist, "drop")
    if annex := ANNEXES.get(plist.kind):
        annex.lapse(uow, plist, max(snapshot.taken_at for snapshot in plist.snapshots))
    plist.correction_reason, plist.correction_by = None, None
    uow.emit(CorrectionDropped(list_id=plist.id, opinion=opinion))


def _said(content: dict[str, Any]) -> str:
    """What a snapshot says, apart from when: the same in two snapshots means nothing was corrected."""
    decided = [
        (one["key"], one["selected"], one["reason"], one.get("meeting"))
        for one in content.get("meeting", {}).get("decisions", ())
    ]
    return sha256_hex(
        {"decided": decided, **{name: content.get(name) for name in ("rows", "excluded", "plan")}}
    )


def _open_declarations(uow: UnitOfWork, plist: PriorityList) -> Problem | None:
    """What of the declarations must come first."""
    if plist.declare_until is not None and uow.now < plist.declare_until:
        return N_("申报尚未截止，不能发布")
    waiting = uow.session.scalar(
        select(func.count()).where(
            Declaration.list_id == plist.id, Declaration.state == DeclarationState.SUBMITTED
        )
    )
    return (N_("还有%(count)s项申报没有核定，不能发布"), {"count": waiting}) if waiting else None


def _weights(rules: RoundRules) -> dict[str, int]:
    return {one.code: one.weight for one in rules.criteria}


def _check(
    uow: UnitOfWork, title: str, places: int, rules: RoundRules, kind: str, declare_until: datetime | None
) -> None:
    problems: dict[str, Problem] = {}
    if kind not in set(PriorityKind):
        problems["kind"] = N_("请选择轮次类型")
    if not title or len(title) > LONGEST_TITLE:
        problems["title"] = (N_("请填写名称，不超过%(most)s字"), {"most": LONGEST_TITLE})
    if rules.declared and (declare_until is None or declare_until <= uow.now):
        problems["declare_until"] = N_("有单位申报的指标，请填写今后的申报截止时间")
    if not rules.declared and declare_until is not None:
        problems["declare_until"] = N_("没有单位申报的指标，不需要申报截止时间")
    if kind == PriorityKind.PILOT and rules.conditions.per_unit:
        problems["per_unit"] = N_("试点按单位排序，不能限制每个单位的项目数，请填0")
    problems |= rule_problems(rules, places)
    if problems:
        raise Invalid(problems)


def _next_code(uow: UnitOfWork) -> str:
    stem = f"YX-{beijing_date(uow.now).year}-"
    taken = uow.session.scalars(select(PriorityList.code).where(PriorityList.code.startswith(stem)))
    return f"{stem}{max((int(code.removeprefix(stem)) for code in taken), default=0) + 1:02d}"
