"""What a panel's items are called on pages, in sheets and in mails (评审对象名称)."""

from collections.abc import Iterable
from pathlib import Path

from flask_babel import gettext as _

from marketplace.core.actor import Actor
from marketplace.organisations.naming import unit_name
from marketplace.reviews.blind.redaction import PLACEHOLDERS
from marketplace.reviews.codes import code_of, number_of
from marketplace.reviews.models import Panel, PanelItem
from marketplace.reviews.policy import sees_names
from marketplace.reviews.protocol import protocol_from
from marketplace.web.i18n import translate


def item_labels(
    actor: Actor, panel: Panel, items: Iterable[PanelItem], member: bool = False
) -> dict[int, str]:
    """Item id → its name as this viewer may see it now, in the language of the page: the unit; in a blind panel the
    code name, with the unit behind it for whom ``policy.sees_names``. ``member``: for an expert's own pages, sheets and
    files. Every place that names an item to an expert goes through here."""
    blind = protocol_from(panel.protocol).blind
    named = sees_names(actor, panel.state, blind, member)
    return {item.id: _label(item, blind, named) for item in items}


def item_label(actor: Actor, panel: Panel, item: PanelItem, member: bool = False) -> str:
    """The same for one item."""
    return item_labels(actor, panel, [item], member)[item.id]


def file_label(item: PanelItem, number: int, name: str) -> str:
    """What an attachment is called for an expert of a blind panel: nothing of its own name but the ending."""
    ending = Path(name).suffix.lower()
    neutral = _("材料%(item)s-附件%(number)s", item=number_of(item.position), number=number)
    return f"{neutral}{ending}"


def placeholders() -> dict[str, str]:
    """What stands in the place of hidden names, in the language of the page."""
    return {str(kind): translate(word) for kind, word in PLACEHOLDERS.items()}


def spoken(text: str) -> str:
    """A text with hidden names as the page's language says them."""
    for word in PLACEHOLDERS.values():
        if word in text:
            text = text.replace(word, translate(word))
    return text


def _label(item: PanelItem, blind: bool, named: bool) -> str:
    if not blind:
        return str(unit_name(item.label))
    code = translate(*code_of(item.position))
    return f"{code} · {unit_name(item.label)}" if named else code
