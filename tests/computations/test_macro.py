"""The status fragment says in plain words how far a computation is."""

from typing import Any

import pytest
from flask import render_template_string

from marketplace.computations.models import Computation
from marketplace.computations.operations import request
from tests.support.world import World

PAGE = '{% from "macros/computations.html" import computation_status %}{{ computation_status(c) }}'


def shown(world: World, **values: Any) -> str:
    asked: Computation = world.do(
        "officer", request, kind="square", subject_kind="panel", subject_id=7, payload={"n": 1}
    )
    for name, value in values.items():
        setattr(asked, name, value)
    with world.app.test_request_context("/panels/7"):
        return render_template_string(PAGE, c=asked)


def test_under_way_it_can_be_cancelled_and_refreshed_without_script(sqlite_world: World) -> None:
    html = shown(sqlite_world, state="running", progress=40, note="正在准备数据")
    for text in ("正在计算", "40%", "正在准备数据", "取消计算", "刷新查看进度", 'href="/panels/7"'):
        assert text in html
    assert 'data-computation="/computations/' in html


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"state": "done"}, "计算完成"),
        ({"state": "cancelled"}, "没有产生结果"),
        ({"state": "failed", "error": "time_limit"}, "在限定时间内没有算完"),
        ({"state": "failed", "error": "bad_input", "error_detail": "<b>budget"}, "&lt;b&gt;budget"),
    ],
)
def test_at_the_end_nothing_asks_any_more(sqlite_world: World, values: dict[str, Any], text: str) -> None:
    html = shown(sqlite_world, **values)
    assert text in html
    assert "data-computation=" not in html
    assert "取消计算" not in html


def test_nothing_asked_for_shows_nothing(sqlite_world: World) -> None:
    with sqlite_world.app.test_request_context("/panels/7"):
        assert render_template_string(PAGE, c=None).strip() == ""
