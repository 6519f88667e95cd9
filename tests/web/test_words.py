"""Messages in the request's language, quickly and safely."""

import pytest
from markupsafe import Markup

from marketplace.notifications.rendering import environment
from marketplace.web.i18n import page_gettext, to_english, translate
from tests.support.world import World


@pytest.mark.parametrize(("language", "expected"), [("zh_Hans_CN", "筛选"), ("en", "Filter")])
def test_words_follow_the_language_of_the_request(sqlite_world: World, language: str, expected: str) -> None:
    with sqlite_world.app.test_request_context("/", headers={"Cookie": f"language={language}"}):
        assert translate("筛选") == page_gettext("筛选") == expected


def test_markup_among_the_variables_keeps_the_rest_escaped(sqlite_world: World) -> None:
    with sqlite_world.app.test_request_context("/"):
        text = page_gettext("第 %(n)s / %(m)s 页", n="<b>", m=Markup("<b>2</b>"))
        assert text == Markup("第 &lt;b&gt; / <b>2</b> 页")
        assert translate("最多 %(n)s 字", {"n": 3}) == "最多 3 字"


def test_a_message_without_english_stays_chinese(sqlite_world: World) -> None:
    with sqlite_world.app.test_request_context("/", headers={"Cookie": "language=en"}):
        assert page_gettext("目录里没有的话") == "目录里没有的话"


@pytest.mark.parametrize(
    ("params", "expected"),
    [({"count": 1}, "Decide on 1 declared figure"), ({"count": 2}, "Decide on 2 declared figures")],
)
def test_english_has_a_form_for_one(sqlite_world: World, params: dict[str, int], expected: str) -> None:
    message = "核定%(count)s项指标申报"
    assert to_english(message, params) == environment("en").filters["t"](message, params) == expected
    with sqlite_world.app.test_request_context("/", headers={"Cookie": "language=en"}):
        assert translate(message, params) == page_gettext(message, **params) == expected
        page = sqlite_world.app.jinja_env.from_string("{{ _('核定%(count)s项指标申报', count=n) }}")
        assert page.render(n=params["count"]) == expected
    with sqlite_world.app.test_request_context("/"):
        assert translate(message, params) == f"核定{params['count']}项指标申报"


def test_a_number_that_is_no_number_gets_the_form_for_many() -> None:
    assert to_english("核定%(count)s项指标申报", {"count": "1–3"}) == "Decide on 1–3 declared figures"
