"""The public notice of a published or corrected list (试点、资金名单公告)."""

from typing import Any

from marketplace.core.money import fen_to_wan
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notices.models import NoticeKind
from marketplace.notices.operations import announce
from marketplace.priority.events import SnapshotTaken
from marketplace.priority.held import Held
from marketplace.priority.models import PriorityList
from marketplace.priority.snapshots import placed
from marketplace.web.formats import date_text

KINDS_EN = {"pilot": "Pilot list", "national": "National recommendation list", "funding": "Funding list"}
ZH, EN = "，资助%s万元", ", funded with %s × 10,000 yuan"
_MARKS = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>#|"})


def announce_list(uow: UnitOfWork, event: SnapshotTaken) -> None:
    """The places that were given, in order, with the hash of the snapshot behind them."""
    plist = uow.session.get_one(PriorityList, event.list_id)
    snapshot = plist.snapshots[event.number - 1]
    again = event.number > 1
    kind_en = KINDS_EN[plist.kind]
    content = snapshot.content
    reason = f"更正理由：{_plain(snapshot.reason)}\n\n" if again else ""
    reason_en = f"Reason for the correction: {_plain(snapshot.reason)}\n\n" if again else ""
    notice = announce(
        uow,
        kind=NoticeKind.RANKING,
        dedupe_key=f"ranking:{plist.id}:{event.number}",
        topic_id=None,
        title=f"{plist.title}" + (f"（第{event.number}次快照，更正）" if again else ""),
        title_en=f"{kind_en} {plist.code}" + (f" (snapshot {event.number}, corrected)" if again else ""),
        body=f"{reason}{_lines(content, ZH, english=False)}\n\n名单编号 {plist.code}，快照第 {event.number} 号，"
        f"SHA-256：`{event.sha256}`",
        body_en=f"{reason_en}{_lines(content, EN, english=True)}\n\nList {plist.code}, snapshot {event.number}, "
        f"SHA-256: `{event.sha256}`",
    )
    notice.is_sample = plist.is_sample


def _lines(content: dict[str, Any], money: str, *, english: bool) -> str:
    """Who got a place; in a funding round also how much, in others whether the meeting decided it, and which."""
    said = _decided_en if english else _decided
    chosen = {
        one["key"]: said(Held.of(one.get("meeting")))
        for one in content.get("meeting", {}).get("decisions", ())
    }
    amounts = content["plan"]["settled"]["amounts"] if "plan" in content else {}
    return "\n".join(
        f"{row['rank']}. {_plain(_name(row))} {row['total']}"
        + (money % f"{fen_to_wan(sum(amounts[row['key']])):,.2f}" if row["key"] in amounts else "")
        + chosen.get(row["key"], "")
        for row in placed(content)
    )


def _decided(held: Held | None) -> str:
    if held is None:
        return "（经会议审议决定）"
    return f"（经{_plain(held.name)}审议决定，{date_text(held.on, english=False)}）"


def _decided_en(held: Held | None) -> str:
    if held is None:
        return " (decided by the meeting)"
    return f" (decided by the meeting “{_plain(held.name)}” of {date_text(held.on, english=True)})"


def _name(row: dict[str, Any]) -> str:
    return str(row["unit"]) if row["label"] == row["unit"] else f"{row['label']}（{row['unit']}）"


def _plain(typed: str) -> str:
    """What a person typed, so that none of it is taken for Markdown."""
    return typed.translate(_MARKS)
