"""The sample topics of the reference file (示例榜题)."""

import json
from pathlib import Path

from marketplace.topics.content import TopicContent, from_json

SOURCE = Path(__file__).resolve().parent.parent / "data" / "topics.json"


def topics_from_json() -> list[tuple[str, TopicContent]]:
    """Code and content of each sample topic, in order; without deadlines."""
    return [(item["code"], from_json(item)) for item in json.loads(SOURCE.read_text("utf-8"))["topics"]]
