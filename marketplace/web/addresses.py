"""Numbers in addresses: what no database key can be is no address (404), not a fault."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

MOST = 2**63 - 1


class Number(IntegerConverter):
    """``<int:…>`` within the range of a big integer."""

    regex = r"\d{1,19}"

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:  # noqa: A002 - Werkzeug's name
        super().__init__(map, *args, **{"max": MOST, **kwargs})
