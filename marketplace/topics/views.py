"""The officers' desk for lists and topics."""

from typing import Any

from flask import Blueprint

from marketplace.topics.presentation import WORDS

blueprint = Blueprint("topics", __name__)


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    """How templates speak of topics."""
    return {"topic_words": WORDS}
