"""Bootstrap as its makers deliver it."""

from functools import cache

from marketplace.assets import classes
from marketplace.bootstrap.place import HERE


@cache
def bootstrap_classes() -> frozenset[str]:
    """Every class that it has rules for."""
    sheet = HERE.npm / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"
    return frozenset(classes(sheet.read_text("utf-8")))
