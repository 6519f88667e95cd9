"""Whatever an event tells has a name on the audit page, or is listed as none of an administrator's business."""

from dataclasses import fields

from marketplace import wiring
from marketplace.audit.labels import DETAILS, SUBJECTS, known_events, shown_details


def test_every_detail_that_is_shown_has_a_name() -> None:
    assert wiring.REACTIONS, "all events are known once everything is wired"
    keys = {
        one.name for kind in known_events() for one in fields(kind) if one.name not in kind.private_fields
    }
    shown = set(shown_details(dict.fromkeys(keys, "")))
    assert "publish_at" in shown
    assert shown <= set(DETAILS), "add a name to audit/labels.py: DETAILS, or hide it: HIDDEN"


def test_every_kind_of_object_has_a_name() -> None:
    kinds = {kind.subject_kind for kind in known_events()}
    assert {"topic", "bid", "mail"} <= kinds <= set(SUBJECTS)
