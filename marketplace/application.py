"""create_app(): the composition root."""

from datetime import timedelta

from flask import Flask, g
from flask_compress import Compress
from flask_login import AnonymousUserMixin, LoginManager
from flask_wtf import CSRFProtect
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace.audit.operations import record, witness
from marketplace.audit.queries import newest
from marketplace.audit.views import blueprint as audit_blueprint
from marketplace.bids.award_views import blueprint as awards_blueprint
from marketplace.bids.desk import blueprint as bids_blueprint
from marketplace.computations.views import blueprint as computations_blueprint
from marketplace.config import ROOT, Settings, make_data_dir, settings_from_environment
from marketplace.core.actor import ANONYMOUS
from marketplace.core.clock import Clock, system_clock
from marketplace.core.database import DATABASE_CLOCK, make_engine
from marketplace.core.files import FileStore
from marketplace.experts.views import blueprint as experts_blueprint
from marketplace.files.views import blueprint as files_blueprint
from marketplace.notices.views import blueprint as notices_blueprint
from marketplace.notifications import transport
from marketplace.notifications.views import blueprint as notifications_blueprint
from marketplace.organisations import naming
from marketplace.organisations.guard import refuse_demo_accounts
from marketplace.organisations.identity import Identity, identity_and_time, identity_by_token
from marketplace.organisations.views import blueprint as organisations_blueprint
from marketplace.organisations.views.again import sign_in_again
from marketplace.priority.views import blueprint as priority_blueprint
from marketplace.projects.views import blueprint as projects_blueprint
from marketplace.public.views import blueprint as public_blueprint
from marketplace.reviews.views import blueprint as reviews_blueprint
from marketplace.search.views import blueprint as search_blueprint
from marketplace.topics.views import blueprint as topics_blueprint
from marketplace.web import caching, errors, i18n, requests, security, templating
from marketplace.web.requests import Application, db_session, request_now
from marketplace.web.runtime import Runtime, runtime
from marketplace.web.views import blueprint as web_blueprint
from marketplace.wiring import REACTIONS
from marketplace.workbench.views import blueprint as workbench_blueprint

BLUEPRINTS = (
    web_blueprint,
    audit_blueprint,
    notifications_blueprint,
    computations_blueprint,
    search_blueprint,
    files_blueprint,
    organisations_blueprint,
    topics_blueprint,
    experts_blueprint,
    reviews_blueprint,
    notices_blueprint,
    bids_blueprint,
    awards_blueprint,
    projects_blueprint,
    priority_blueprint,
    workbench_blueprint,
    public_blueprint,
)


class Visitor(AnonymousUserMixin):
    """Somebody who has not signed in."""

    actor = ANONYMOUS
    name = ""
    acting = None


def create_app(settings: Settings | None = None, clock: Clock = system_clock) -> Flask:
    """The web program, composed from settings (by default those of the environment)."""
    settings = settings or settings_from_environment()
    configure_mappers()  # here, once for all web processes, not in the first request of each
    app = Application("marketplace", root_path=str(ROOT), template_folder="templates", static_folder="static")
    _configure(app, settings)
    app.extensions["marketplace"] = parts = compose(settings, clock)
    refuse_demo_accounts(parts.engine, settings)
    for part in (i18n, templating, errors, security, caching, naming):
        part.install(app)
    transport.install(app, settings)
    CSRFProtect(app)
    _sign_in(app)
    Compress(app)
    app.after_request(security.close_with_response)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.teardown_request(requests.close)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.proxies, settings.proxies)  # type: ignore[method-assign]
    return app


def compose(settings: Settings, clock: Clock = system_clock) -> Runtime:
    """The parts that web, worker, command line and tests share."""
    make_data_dir(settings)
    engine = make_engine(settings.database_url)
    if clock is system_clock:
        engine = engine.execution_options(**{DATABASE_CLOCK: True})
    return Runtime(
        engine, settings, clock, FileStore(settings.files_dir), REACTIONS, (witness,), newest, record
    )


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=(settings.upload_megabytes * 10 + 2) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=5000,
        SESSION_COOKIE_NAME="__Host-marketplace" if settings.secure_cookies else "marketplace",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_STREAMS=False,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365)
        if (ROOT / "static/built/manifest.json").exists()
        else None,
    )


def _sign_in(app: Flask) -> None:
    manager = LoginManager(app)
    manager.anonymous_user = Visitor
    manager.session_protection = None

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> Identity | None:
        session = db_session()
        if not requests.asks_database_for_time():
            return identity_by_token(session, token, request_now())
        found, moment = identity_and_time(session, token, runtime().clock())
        if moment is not None:
            g.now = moment
        return found

    manager.unauthorized_handler(sign_in_again)
