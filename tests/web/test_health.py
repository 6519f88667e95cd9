"""The process answers, and every answer carries the safety headers."""

import gzip
from pathlib import Path

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


def test_built_assets_are_sent_compressed_once(sqlite_world: World) -> None:
    client = sqlite_world.app.test_client()
    name = next(path.name for path in Path(sqlite_world.app.static_folder or "").glob("built/app.*.css"))
    plain = client.get(f"/static/built/{name}")
    packed = client.get(f"/static/built/{name}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Type"].startswith("text/css")
    assert gzip.decompress(packed.data) == plain.data
    assert "max-age=31536000" in packed.headers["Cache-Control"]
    plain.close()
    packed.close()
