"""Every error becomes a page in one place."""

from typing import Any

from flask import Flask, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from marketplace.core.database import database_now, writing_session
from marketplace.core.errors import Invalid, MarketplaceError, NotFound, Refused, StaleVersion, WrongState
from marketplace.core.text import N_
from marketplace.i18n import DEFAULT_LOCALE, LOCALES
from marketplace.web.i18n import LANGUAGE_COOKIE, translate, translate_error, translate_problem
from marketplace.web.requests import current_actor, discard, unit_of_work
from marketplace.web.runtime import runtime

STATUS: dict[type[MarketplaceError], int] = {
    Refused: 403,
    NotFound: 404,
    WrongState: 409,
    StaleVersion: 409,
    Invalid: 422,
}
TEMPLATED = (400, 403, 404, 409, 413, 429, 500, 503)


def install(app: Flask) -> None:
    """Registers the handlers."""
    app.register_error_handler(MarketplaceError, refuse)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(RequestEntityTooLarge, too_large)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(IntegrityError, collision)
    app.register_error_handler(OperationalError, busy)
    app.register_error_handler(Exception, crash)


def page(status: int, reason: str = "", **more: Any) -> tuple[str, int]:
    """The error page of a status, with a reason in plain words."""
    name = status if status in TEMPLATED else (400 if status < 500 else 500)
    context = {"reason": reason, "theirs": {}, "yours": {}, "problems": [], **more}
    return render_template(f"errors/{name}.html", **context), status


def bare_page(status: int, reason: str = "") -> tuple[str, int]:
    """The page of our own failure: it asks neither database nor session, not even for the language."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    locale = chosen if chosen in LOCALES else DEFAULT_LOCALE
    g.speaks_english = locale == "en"
    template = current_app.jinja_env.get_template(f"errors/{status}.html")
    return template.render(
        locale=locale, reason=translate(reason), request_id=g.get("request_id", "")
    ), status


def refuse(error: MarketplaceError) -> tuple[str, int]:
    """A rule said no."""
    discard()
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    if isinstance(error, Refused):
        note_refusal(error)
    more: dict[str, Any] = {}
    if isinstance(error, StaleVersion):
        more = {"theirs": _labelled(error.theirs), "yours": _labelled(error.yours)}
    if isinstance(error, Invalid):
        status = 422
        return page(
            422, translate_error(error), problems=[translate_problem(p) for p in error.problems.values()]
        )
    return page(status, translate_error(error), **more)


def _labelled(texts: dict[str, Any]) -> dict[str, Any]:
    """The labels of the two texts of a conflict are msgids."""
    return {translate(label): text for label, text in texts.items()}


def note_refusal(error: MarketplaceError) -> None:
    """Leaves an audit row about the refusal, under the seal of what it was about (``g.seal_key``)."""
    with writing_session(runtime().engine) as session:
        uow = unit_of_work(session, current_actor(), database_now(session, runtime().clock()))
        runtime().record(
            uow,
            action=request.endpoint or "unknown",
            label=N_("操作被拒绝"),
            subject_kind="request",
            outcome="refused",
            reason=str(error),
            details={"method": request.method, "path": request.path if not g.get("seal_key") else ""},
            seal_key=g.get("seal_key"),
        )
        uow.commit()


def stale_form(error: CSRFError) -> tuple[str, int]:
    """The page was open too long or came from elsewhere."""
    discard()
    return page(400, translate_error(MarketplaceError(N_("页面停留过久或来源不明，请返回后刷新页面再提交"))))


def too_large(error: RequestEntityTooLarge) -> tuple[str, int]:
    """More bytes than allowed."""
    discard()
    limit = runtime().settings.upload_megabytes
    return page(
        413, translate_error(MarketplaceError(N_("文件过大，单个文件不超过%(limit)s MB"), limit=limit))
    )


def http_error(error: HTTPException) -> Any:
    """Everything Werkzeug raises."""
    discard()
    if error.code is None or error.code < 400:
        return error
    body, status = page(error.code)
    response = error.get_response()
    response.data = body
    response.content_type = "text/html; charset=utf-8"
    return response, status


def collision(error: IntegrityError) -> tuple[str, int]:
    """The database kept a rule that two people broke at the same moment."""
    discard()
    return page(409, translate_error(MarketplaceError(N_("同一事项刚刚已被办理，请刷新页面查看"))))


def busy(error: OperationalError) -> tuple[str, int]:
    """The database is busy or away."""
    discard()
    runtime_log(error)
    return bare_page(503, N_("系统繁忙，请稍后再试，您填写的内容没有丢失"))


def crash(error: Exception) -> tuple[str, int]:
    """Our fault: logged with the request's id, shown without details."""
    discard()
    runtime_log(error)
    return bare_page(500)


def runtime_log(error: Exception) -> None:
    """To the log, with the request's id."""
    current_app.logger.exception("request %s failed", g.get("request_id", "-"), exc_info=error)
