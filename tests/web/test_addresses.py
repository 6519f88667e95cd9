"""The short way to an address leads where Flask's own way leads."""

from typing import Any

from flask import url_for

from tests.support.world import World


def test_every_address_with_one_number_is_the_same_both_ways(sqlite_world: World) -> None:
    app = sqlite_world.app
    short: Any = app.jinja_env.globals["url_for"]
    rules = [
        rule for rule in app.url_map.iter_rules() if rule.rule.count("<") == rule.rule.count("<int:") == 1
    ]
    assert len(rules) > 30
    for root in ("", "/office"):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            for rule in rules:
                (name,) = rule.arguments
                every: list[dict[str, Any]] = [{name: 7}, {name: 7, "page": 2}, {name: 0}]
                for values in every:
                    assert short(rule.endpoint, **values) == url_for(rule.endpoint, **values)
