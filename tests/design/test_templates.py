"""Every building block renders in both languages, with nothing undefined and no word left over."""

import re

import pytest
from flask.testing import FlaskClient

from tests.design.conftest import gzip_size

HAN = re.compile(r"[\u4e00-\u9fff]+")
OTHER_LANGUAGE = re.compile(r'<a [^>]*lang="zh-CN"[^>]*>.*?</a>', re.DOTALL)
SAMPLE = re.compile(r"示例(?:填报人|市机关事务管理局|省机关事务管理局|电话|原因)|(?:我的|别人的)?标题")
ERRORS = (400, 403, 404, 409, 413, 429, 500, 503)


@pytest.mark.parametrize("query", ["", "&errors=1", "&as=guest"])
@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_style_guide_renders(client: FlaskClient, language: str, query: str) -> None:
    answer = client.get(f"/styleguide?lang={language}{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert " style=" not in answer.text
    assert "None" not in answer.text


@pytest.mark.parametrize("code", ERRORS)
def test_english_page_holds_no_chinese(client: FlaskClient, code: int) -> None:
    text = SAMPLE.sub("", OTHER_LANGUAGE.sub("", client.get(f"/errors/{code}?lang=en").text))
    assert HAN.findall(text) == []


@pytest.mark.parametrize("code", ERRORS)
def test_error_page_says_what_and_what_next(client: FlaskClient, code: int) -> None:
    text = client.get(f"/errors/{code}").text
    assert f"错误 {code}" in text
    assert "示例原因" in text
    assert "<h1>" in text


@pytest.mark.parametrize(
    ("came_from", "goes_to"),
    [("http://localhost/topics?q=1", "/topics?q%3D1"), ("https://elsewhere.example/", "/"), ("", "/")],
)
def test_language_link_leads_back_to_the_form_that_was_sent(
    client: FlaskClient, came_from: str, goes_to: str
) -> None:
    text = client.post("/errors/404", headers={"Referer": came_from}).text
    assert f'href="/language/en?next={goes_to}"' in text


def test_conflict_page_shows_both_texts(client: FlaskClient) -> None:
    text = client.get("/errors/409").text
    assert "我的标题" in text
    assert "别人的标题" in text


def test_error_summary_links_to_every_wrong_field(client: FlaskClient) -> None:
    text = client.get("/styleguide?errors=1").text
    assert "有 5 处需要修改" in text
    assert "<title>错误：" in text
    targets = re.findall(r'<li><a href="#([^"]+)">', text.split("data-error-summary")[1].split("</ul>")[0])
    assert targets == ["title", "category", "award-0", "indicators-0-name", "indicators-1-name"]
    assert all(f'id="{target}"' in text for target in targets)


def test_described_ids_exist(client: FlaskClient) -> None:
    text = client.get("/styleguide?errors=1").text
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    described = {one for value in re.findall(r'aria-describedby="([^"]+)"', text) for one in value.split()}
    assert described <= set(ids)


def test_disabled_action_says_why(client: FlaskClient) -> None:
    text = client.get("/styleguide").text
    assert "评审尚未结束，还有 2 位专家未提交评分。" in text
    assert "公布结果</button>" not in text


def asset_size(client: FlaskClient, address: str) -> int:
    with client.get(address) as answer:
        return gzip_size(answer.data)


def test_first_load_is_light(client: FlaskClient) -> None:
    html = client.get("/styleguide").text
    addresses = {match.split("#")[0] for match in re.findall(r'(?:href|src)="(/static/[^"]+)"', html)}
    total = gzip_size(html.encode()) + sum(asset_size(client, address) for address in addresses)
    assert len(addresses) + 1 <= 12
    assert total <= 60_000
