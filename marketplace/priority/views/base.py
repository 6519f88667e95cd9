"""The blueprint, its words, and what every page of a round needs."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from marketplace.core.text import N_
from marketplace.priority import policy, queries
from marketplace.priority.eligibility import GRADE_LABELS, LEVEL_LABELS
from marketplace.priority.forms import KIND_LABELS
from marketplace.priority.held import Held
from marketplace.priority.models import PriorityList
from marketplace.priority.rules import SOURCE_LABELS, RoundRules, rules_from_dict
from marketplace.priority.snapshots import placed
from marketplace.priority.workflow import DECLARATION, PRIORITY_LIST
from marketplace.web.i18n import speaks_english, translate, translate_problem
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.requests import current_actor, db_session
from marketplace.web.templating import show_date

blueprint = Blueprint("priority", __name__)
LEDGER_VIEWS = frozenset({"priority.ledger", "priority.unit_ledger"})
TIER_LABELS = {"in": N_("确定入选"), "meeting": N_("需会议审议"), "out": N_("不入选")}
TIER_TONES = {"in": "success", "meeting": "warning", "out": "neutral"}
STATE_TONES = {"draft": "neutral", "announced": "progress", "published": "success", "correcting": "warning"}

add_entry(
    Entry(
        70, N_("优先名单"), "priority.index", policy.VIEWERS,
        active=lambda endpoint: endpoint.startswith("priority.") and endpoint not in LEDGER_VIEWS,
    )
)  # fmt: skip
add_entry(Entry(71, N_("成效积分"), "priority.ledger", policy.VIEWERS, active=LEDGER_VIEWS.__contains__))


@blueprint.context_processor
def words() -> dict[str, Any]:
    """Labels for the templates of this blueprint."""
    return {
        "kind_labels": {str(kind): label for kind, label in KIND_LABELS.items()},
        "state_labels": PRIORITY_LIST.labels,
        "state_tones": STATE_TONES,
        "declaration_labels": DECLARATION.labels,
        "grade_labels": GRADE_LABELS,
        "level_labels": LEVEL_LABELS,
        "tier_labels": TIER_LABELS,
        "tier_tones": TIER_TONES,
        "source_labels": {str(code): label for code, label in SOURCE_LABELS.items()},
        "said": said,
        "decided": decided,
        "held_words": held_words,
        "listed_keys": listed_keys,
        "paragraph_of": paragraph_of,
        "say_problem": translate_problem,
        "english": speaks_english(),
    }


def the_round(list_id: int) -> PriorityList:
    """One round that the actor may read."""
    return queries.list_for(db_session(), current_actor(), list_id)


def said(row: Mapping[str, Any]) -> str:
    """Why a candidate was left out, in the page's language; so are the names within."""
    params = {
        name: translate(value) if isinstance(value, str) else value for name, value in row["params"].items()
    }
    return translate(row["reason"], params)


def decided(content: Mapping[str, Any]) -> dict[str, Any]:
    """What the meeting decided, by candidate; ``pending`` while a second person has not confirmed it."""
    found = content.get("meeting", {})
    told = {one["key"]: {**one, "pending": False} for one in found.get("decisions", ())}
    return told | {one["key"]: {**one, "pending": True} for one in found.get("pending", ())}


def held_words(found: Held | Mapping[str, Any] | None) -> str:
    """Which meeting it was, of an opinion or of a snapshot's record; nothing where none was recorded."""
    held = found if isinstance(found, Held) else Held.of(found)
    if held is None:
        return ""
    return translate(N_("%(name)s，%(day)s"), {"name": held.name, "day": show_date(held.on)})


def listed_keys(content: Mapping[str, Any]) -> set[str]:
    """Who has a place."""
    return {row["key"] for row in placed(content)}


def paragraph_of(content: Mapping[str, Any], key: str) -> str:
    """名次说明 of a row in the page's language, with what the meeting decided about it as its last sentence."""
    language = "en" if speaks_english() else "zh"
    decision = next(
        (one for one in content.get("meeting", {}).get("decisions", ()) if one["key"] == key), None
    )
    parts = [content["assessment"]["rows"][key][language], *([decision[language]] if decision else [])]
    return (" " if language == "en" else "").join(parts)


def name_of(criterion: Mapping[str, Any]) -> str:
    """A criterion's name in the page's language."""
    label = criterion["label"]
    return (criterion["label_en"] or translate(label)) if speaks_english() else label


def rules_of(plist: PriorityList) -> RoundRules:
    """The rules as stored."""
    return rules_from_dict(plist.rules)
