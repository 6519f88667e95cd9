"""A world behind a real address, for a real browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask
from playwright.sync_api import BrowserContext
from werkzeug.serving import make_server

from tests.support.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@contextmanager
def served(app: "WSGIApplication") -> Iterator[str]:
    """Serves the program on a free port of this machine; answers its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="live-server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def cookie_value(app: Flask, token: str) -> str:
    """The session cookie that a sign-in would have given for this token."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps({"_user_id": token, "_fresh": True}))


def sign_in(context: BrowserContext, world: World, address: str, key: str) -> None:
    """Lets a browser context be a member of the cast."""
    name = world.app.config["SESSION_COOKIE_NAME"]
    context.add_cookies([{"name": name, "value": cookie_value(world.app, world.token(key)), "url": address}])
