"""Templates: what the catalogue says, what may go into one, and what Meta would refuse."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.errors import MalformedEvent
from ponte.whatsapp import template_updates
from ponte.whatsapp.split import split
from ponte.whatsapp.templates import (
    HeaderFile,
    Template,
    TemplateError,
    Values,
    checked,
    choose,
    fill,
    is_link,
    read,
    shown,
    wanted_file,
)

SAMPLES = Path(__file__).parents[2] / "samples" / "whatsapp"
BODY = {"type": "BODY", "text": "Olá, {{1}}, pedido {{2}}."}


def template(*components: dict[str, Any], **more: Any) -> Template:
    fields: dict[str, Any] = {"status": "APPROVED", "category": "UTILITY", **more}
    return Template("aviso", "pt_BR", components=components, **fields)


def test_a_row_of_graph_is_read_with_what_decides() -> None:
    row = {
        "id": "784",
        "name": "aviso",
        "language": "pt_BR",
        "status": "approved",
        "category": "utility",
        "parameter_format": "NAMED",
        "components": [BODY, "x"],
        "quality_score": {"score": "green", "date": 1},
    }
    found = read(row, 7)
    assert found == Template("aviso", "pt_BR", "APPROVED", "UTILITY", (BODY,), True, "784", "GREEN", 7)


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        {},
        {"name": "aviso"},
        {"name": "A b", "language": "pt_BR"},
        {"name": "a", "language": "#"},
        {"name": 7},
    ],
)
def test_what_is_no_template_is_none(row: Any) -> None:
    assert read(row) is None


def test_a_row_without_a_status_is_never_sendable() -> None:
    found = read({"name": "aviso", "language": "pt_BR"})
    assert found is not None
    assert not found.is_sendable


@pytest.mark.parametrize(
    ("language", "there", "expected"),
    [
        ("pt_BR", ("pt_BR", "en"), "pt_BR"),
        ("es", ("pt_BR", "en"), None),
        ("", ("en",), "en"),
        ("", ("en", "pt_BR"), "pt_BR"),
        ("", ("en", "es"), None),
        ("", (), None),
    ],
)
def test_a_language_is_chosen_where_it_is_clear(language: str, there: tuple[str, ...], expected: str | None) -> None:
    found = [Template("aviso", each, "APPROVED", "UTILITY") for each in there]
    found.append(Template("aviso_2", "fr", "APPROVED", "UTILITY"))
    chosen = choose(found, "aviso", language)
    assert (chosen.language if chosen else None) == expected


NAMED = template({"type": "BODY", "text": "Olá, {{cliente}}, dia {{data}}."}, named=True)
IMAGE = {"type": "HEADER", "format": "IMAGE"}
TITLE = {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}"}
BUTTONS = {
    "type": "BUTTONS",
    "buttons": [
        {"type": "QUICK_REPLY", "text": "Ok"},
        {"type": "URL", "text": "Ver", "url": "https://x.example/{{1}}"},
        {"type": "COPY_CODE", "text": "Copiar"},
    ],
}


def text(value: str, **more: str) -> dict[str, str]:
    return {"type": "text", "text": value, **more}


@pytest.mark.parametrize(
    ("given_template", "values", "expected"),
    [
        (template({"type": "BODY", "text": "Olá"}), Values(), []),
        (template(BODY), Values(("Maria", "7")), [{"type": "body", "parameters": [text("Maria"), text("7")]}]),
        (
            NAMED,
            Values(("data = 12/12", "cliente=Maria")),
            [
                {
                    "type": "body",
                    "parameters": [
                        text("Maria", parameter_name="cliente"),
                        text("12/12", parameter_name="data"),
                    ],
                }
            ],
        ),
        (
            template(IMAGE),
            Values(header="https://x.example/a.png"),
            [{"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x.example/a.png"}}]}],
        ),
        (
            template(IMAGE),
            Values(header=HeaderFile("77", "a.png")),
            [{"type": "header", "parameters": [{"type": "image", "image": {"id": "77"}}]}],
        ),
        (
            template({"type": "HEADER", "format": "DOCUMENT"}),
            Values(header=HeaderFile("77", "a.pdf")),
            [{"type": "header", "parameters": [{"type": "document", "document": {"id": "77", "filename": "a.pdf"}}]}],
        ),
        (template(TITLE), Values(header="7"), [{"type": "header", "parameters": [text("7")]}]),
        (
            template(BUTTONS),
            Values(buttons={2: "pedido/7", 3: "A1"}),
            [
                {"type": "button", "sub_type": "url", "index": "1", "parameters": [text("pedido/7")]},
                {
                    "type": "button",
                    "sub_type": "copy_code",
                    "index": "2",
                    "parameters": [{"type": "coupon_code", "coupon_code": "A1"}],
                },
            ],
        ),
        (template({"type": "FOOTER", "text": "x"}, {"type": "BODY", "text": "y"}), Values(), []),
    ],
    ids=["no parameters", "numbered", "named", "image by link", "image", "document", "title", "buttons", "footer"],
)
def test_values_become_components(given_template: Template, values: Values, expected: list[Any]) -> None:
    assert fill(given_template, values) == expected


@pytest.mark.parametrize(
    ("given_template", "values", "wrong"),
    [
        (template(BODY, status="PAUSED"), Values(("a", "b")), "status"),
        (template(BODY, status="DISABLED"), Values(("a", "b")), "status"),
        (template(BODY, category="AUTHENTICATION"), Values(("a", "b")), "not_supported"),
        (template({"type": "CAROUSEL"}), Values(), "not_supported"),
        (template({"type": "HEADER", "format": "LOCATION"}), Values(), "not_supported"),
        (template({"type": "BUTTONS", "buttons": [{"type": "FLOW"}]}), Values(), "not_supported"),
        (template({"type": "BUTTONS", "buttons": [{"type": "OTP"}]}), Values(), "not_supported"),
        (template(BODY), Values(("a",)), "count"),
        (template(BODY), Values(("a", "b", "c")), "count"),
        (template({"type": "BODY", "text": "Olá"}), Values(("a",)), "count"),
        (template(BODY), Values(("a", " ")), "empty"),
        (template(BODY), Values(("a", "b\nc")), "shape"),
        (template(BODY), Values(("a", "b\tc")), "shape"),
        (template(BODY), Values(("a", "b    c")), "shape"),
        (template(BODY), Values(("a", "b\u2028c")), "shape"),
        (template(BODY), Values(("a", "b" * 1025)), "too_long"),
        (template(BODY, {"type": "FOOTER"}), Values(("a" * 1000, "b" * 100)), "too_long"),
        (NAMED, Values(("cliente=Maria",)), "missing_name"),
        (NAMED, Values(("cliente=Maria", "data=")), "empty"),
        (NAMED, Values(("cliente=Maria", "dia=7")), "unknown_name"),
        (NAMED, Values(("Maria", "7")), "unknown_name"),
        (template(IMAGE), Values(), "header"),
        (template(IMAGE), Values(header="http://x.example/a.png"), "header"),
        (template(IMAGE), Values(header="https://x.example/a b"), "header"),
        (template(TITLE), Values(), "header"),
        (template(TITLE), Values(header=HeaderFile("77")), "header"),
        (template(BODY), Values(("a", "b"), HeaderFile("77")), "header"),
        (template(TITLE), Values(header="x" * 60), "too_long"),
        (template(BODY), Values(("a", "b"), header="x"), "header"),
        (template(BUTTONS), Values(buttons={2: "x"}), "button"),
        (template(BUTTONS), Values(buttons={1: "x", 2: "x", 3: "y"}), "button"),
        (template(BUTTONS), Values(buttons={2: "x", 3: "y", 4: "z"}), "button"),
        (template(BUTTONS), Values(buttons={2: "x", 3: "y" * 16}), "too_long"),
    ],
)
def test_what_meta_would_refuse_is_refused_before(given_template: Template, values: Values, wrong: str) -> None:
    with pytest.raises(TemplateError) as error:
        fill(given_template, values)
    assert error.value.wrong == wrong


@pytest.mark.parametrize(
    ("component", "expected"),
    [(IMAGE, "IMAGE"), ({"type": "header", "format": "video"}, "VIDEO"), (TITLE, ""), (BODY, ""), ({}, "")],
)
def test_which_file_a_template_wants(component: dict[str, Any], expected: str) -> None:
    assert wanted_file(template(component)) == expected


def test_four_blanks_are_refused_and_three_are_not() -> None:
    assert checked("a   b") == "a   b"


def test_what_the_customer_reads_can_be_shown() -> None:
    filled = fill(template(BODY), Values(("Maria", "{{1}}")))
    assert shown(template(BODY), filled) == "Olá, Maria, pedido {{1}}."


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("https://x.example/a", True),
        ("http://x.example", False),
        ("https://localhost", False),
        ("https://", False),
        ("https://[", False),
        ("ftp://x.example", False),
        ("https://x.example/" + "a" * 2000, False),
    ],
)
def test_only_links_that_meta_can_fetch_count(link: str, good: bool) -> None:
    assert is_link(link) is good


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
rows = st.fixed_dictionaries(
    {},
    optional={
        name: json_values | st.sampled_from(["aviso", "pt_BR", "APPROVED", "NAMED", [BODY], [BUTTONS, TITLE]])
        for name in ("name", "language", "status", "category", "components", "parameter_format", "quality_score")
    },
)


@given(rows, st.lists(st.text(max_size=10), max_size=3), st.text(max_size=10))
def test_any_row_and_any_values_fill_or_are_refused(row: Any, values: list[str], header: str) -> None:
    found = read({"name": "aviso", "language": "pt_BR"} | row)
    if found is None:
        return
    try:
        json.dumps(fill(found, Values(values, header)))
    except TemplateError as error:
        assert error.wrong


def payload(event: str) -> dict[str, Any]:
    (item,) = split((SAMPLES / event / "body").read_bytes()).items
    assert item.kind == "account"
    return item.payload


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("template_status_approved", ("order_confirmation", "en_US", "APPROVED", "UTILITY", "", "")),
        ("template_status_rejected", ("abandoned_cart", "en", "REJECTED", "MARKETING", "", "INVALID_FORMAT")),
        ("template_category_update", ("my_message_template", "en_US", "", "MARKETING", "", "")),
        ("template_quality_update", ("welcome_template", "en_US", "", "", "YELLOW", "")),
    ],
)
def test_a_webhook_is_one_change(event: str, expected: tuple[str, ...]) -> None:
    found = template_updates.read(payload(event))
    assert (found.name, found.language, found.status, found.category, found.quality, found.reason) == expected


def test_a_category_that_meta_announces_is_not_taken_for_one_that_is_set() -> None:
    given_value = {"message_template_name": "a", "message_template_language": "pt-BR", "correct_category": "MARKETING"}
    found = template_updates.read({"field": "template_category_update", "value": given_value})
    assert (found.language, found.category, found.announced) == ("pt_BR", "", "MARKETING")


@given(json_values)
def test_any_value_of_a_template_webhook_is_read_or_malformed(value: Any) -> None:
    try:
        template_updates.read({"field": "message_template_status_update", "value": value})
    except MalformedEvent as error:
        assert error.path.startswith("value")
