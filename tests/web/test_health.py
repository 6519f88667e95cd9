"""The process answers, and every answer carries the safety headers."""

from tests.support.world import World


def test_healthz_answers_with_the_headers(world: World) -> None:
    response = world.browser().get("/healthz")
    assert response.status_code == 200
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"


def test_readyz_tells_that_no_worker_is_alive(world: World) -> None:
    response = world.browser().get("/readyz")
    assert response.status_code == 503
    assert response.json == {"database": True, "worker": False, "mail_lag": 0}


def test_control_characters_are_refused_on_both_databases(world: World) -> None:
    assert world.browser().get("/healthz?q=%00").status_code == 400
    assert world.browser().get("/%ff").status_code in (400, 404)
