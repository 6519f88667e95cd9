"""The province's desk for lists and topics; each module adds its views to the one blueprint."""

from marketplace.topics.views import approval, changes, desk, drafting, lists
from marketplace.topics.views.base import blueprint

__all__ = ["approval", "blueprint", "changes", "desk", "drafting", "lists"]
