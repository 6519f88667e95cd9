"""What follows from what: event → reactions, in order. The second file to read."""

from marketplace.core.events import Reactions

REACTIONS: Reactions = {}
