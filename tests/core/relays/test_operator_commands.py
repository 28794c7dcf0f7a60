"""What operators may type, and every way to type it wrong."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.relays.operator_commands import (
    CommandError,
    Interactive,
    PlainText,
    React,
    UseTemplate,
    is_command,
    parse,
)
from ponte.texts import knows
from ponte.whatsapp.templates import Values

SOURCE = Path(__file__).parents[3] / "layers/ponte/python/ponte/relays/operator_commands.py"


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Boa tarde!", "Boa tarde!"),
        ("//modelo x", "/modelo x"),
        ("// só isso", "/ só isso"),
        ("/etc/hosts", "/etc/hosts"),
        ("/", "/"),
        ("/123", "/123"),
        ("/xyz abc", "/xyz abc"),
        ("/botoes: a\n- b", "/botoes: a\n- b"),
        ("oi\n/modelo x", "oi\n/modelo x"),
        ("", ""),
    ],
)
def test_what_is_no_command_is_text(text: str, body: str) -> None:
    assert parse(text) == PlainText(body)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/modelo aviso", UseTemplate("aviso", "", Values())),
        ("/MODELO Aviso pt-BR", UseTemplate("aviso", "pt_BR", Values())),
        ("/template aviso en", UseTemplate("aviso", "en", Values())),
        ("/modelo aviso\nMaria\n\n 12/12 às 10:00 ", UseTemplate("aviso", "", Values(("Maria", "12/12 às 10:00")))),
        ("/modelo aviso\ncliente=Maria", UseTemplate("aviso", "", Values(("cliente=Maria",)))),
        (
            "/modelo aviso pt_BR\ncabecalho=https://x.example/a.png\nMaria\nbotao1=pedido/7\nBotão 2 = A1",
            UseTemplate("aviso", "pt_BR", Values(("Maria",), "https://x.example/a.png", {1: "pedido/7", 2: "A1"})),
        ),
        ("/modelo aviso\nCabeçalho=Olá", UseTemplate("aviso", "", Values((), "Olá"))),
    ],
)
def test_a_template_is_named_and_its_parameters_are_lines(text: str, expected: UseTemplate) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("/reagir 👍", True), ("/modelo", True), ("/botao x", True), ("//modelo x", False), ("oi", False)],
)
def test_what_is_a_command_right_or_wrong_is_known(text: str, expected: bool) -> None:
    assert is_command(text) is expected


def test_buttons_are_lines_under_a_text() -> None:
    command = parse("/botões\nVamos amanhã\nàs 10h?\n- Sim\n-Não\nrodape=Padaria", "*Ana:*\n")
    assert command == Interactive(
        {
            "type": "button",
            "body": {"text": "*Ana:*\nVamos amanhã\nàs 10h?"},
            "footer": {"text": "Padaria"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "b1", "title": "Sim"}},
                    {"type": "reply", "reply": {"id": "b2", "title": "Não"}},
                ]
            },
        }
    )


def test_a_list_has_rows_with_descriptions_in_sections() -> None:
    command = parse("/lista Horários\ncabecalho=Agenda\nQual?\n# Manhã\n- 9h | com Dr. Paulo\n# Tarde\n- 14h")
    assert command == Interactive(
        {
            "type": "list",
            "header": {"type": "text", "text": "Agenda"},
            "body": {"text": "Qual?"},
            "action": {
                "button": "Horários",
                "sections": [
                    {"title": "Manhã", "rows": [{"id": "r1", "title": "9h", "description": "com Dr. Paulo"}]},
                    {"title": "Tarde", "rows": [{"id": "r2", "title": "14h"}]},
                ],
            },
        }
    )


def test_a_list_without_sections_has_one_without_a_title() -> None:
    command = parse("/lista\nQual?\n- a\n- b")
    assert isinstance(command, Interactive)
    assert command.content["action"]["button"] == "Ver opções"
    assert command.content["action"]["sections"] == [{"rows": [{"id": "r1", "title": "a"}, {"id": "r2", "title": "b"}]}]


def test_a_link_is_one_button_under_a_text() -> None:
    assert parse("/link Abrir proposta https://x.example/p?a=1\nVeja:") == Interactive(
        {
            "type": "cta_url",
            "body": {"text": "Veja:"},
            "action": {
                "name": "cta_url",
                "parameters": {"display_text": "Abrir proposta", "url": "https://x.example/p?a=1"},
            },
        }
    )


@pytest.mark.parametrize("emoji", ["👍", "❤️", "👍🏽", "👨‍👩‍👧‍👦", "🇧🇷", "1️⃣", ""])
def test_a_reaction_is_one_emoji_or_none(emoji: str) -> None:
    assert parse(f"/reagir {emoji}") == React(emoji)


ROWS = "\n".join(f"- r{n}" for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("/modelos x", "unknown"),
        ("/botao\nx\n- a", "unknown"),
        ("/modelo", "template_name"),
        ("/modelo a b c", "template_name"),
        ("/modelo çedilha", "template_name"),
        ("/modelo aviso português", "template_language"),
        ("/modelo aviso\nrodape=x", "not_here"),
        ("/modelo aviso\nbotao1=a\nbotao 1=b", "twice"),
        ("/botoes Sim Não\nx", "buttons_line"),
        ("/botoes\nx", "buttons_count"),
        ("/botoes\nx\n- a\n- b\n- c\n- d", "buttons_count"),
        ("/botoes\n- a", "body_missing"),
        ("/botoes\nx\n-", "button_title_missing"),
        (f"/botoes\nx\n- {'a' * 21}", "button_title_long"),
        ("/botoes\nx\n- Sim\n- sim", "same_title"),
        ("/botoes\nx\n- a\nbotao1=x", "not_here"),
        (f"/botoes\n{'x' * 1025}\n- a", "body_long"),
        (f"/botoes\nx\n- a\ncabecalho={'x' * 61}", "header_long"),
        (f"/botoes\nx\n- a\nrodape={'x' * 61}", "footer_long"),
        (f"/lista {'a' * 21}\nx\n- a", "list_label_long"),
        ("/lista\nx", "rows_count"),
        (f"/lista\nx\n{ROWS}", "rows_count"),
        (f"/lista\nx\n- {'a' * 25}", "row_title_long"),
        ("/lista\nx\n- | descrição", "row_title_missing"),
        (f"/lista\nx\n- a | {'d' * 73}", "row_description_long"),
        ("/lista\nx\n# A\n- a\n# B", "section_empty"),
        ("/lista\nx\n- a\n# B\n- b", "section_title_missing"),
        ("/lista\nx\n#\n- b", "section_title_missing"),
        (f"/lista\nx\n# {'s' * 25}\n- b", "section_title_long"),
        (f"/lista\n{'x' * 4097}\n- a", "body_long"),
        ("/reagir ok", "reaction_line"),
        ("/reagir +1", "reaction_line"),
        ("/reagir 👍 👍", "reaction_line"),
        ("/reagir 👍\nobrigado", "reaction_line"),
        (f"/reagir {'👍' * 17}", "reaction_line"),
        ("/reagi 👍", "unknown"),
        ("/link", "link_line"),
        ("/link https://x.example\nx", "link_line"),
        ("/link Abrir http://x.example\nx", "link_line"),
        ("/link Abrir javascript:alert(1)\nx", "link_line"),
        (f"/link {'a' * 21} https://x.example\nx", "link_label_long"),
        ("/link Abrir https://x.example", "body_missing"),
    ],
)
def test_what_is_typed_wrong_is_refused_with_its_reason(text: str, key: str) -> None:
    with pytest.raises(CommandError) as error:
        parse(text)
    assert error.value.key == key
    assert knows(f"command.{key}")


@pytest.mark.parametrize(
    "text", [f"/botoes\n{'x' * 1024}\n- {'a' * 20}", f"/lista\n{'x' * 4096}\n- {'a' * 24} | {'d' * 72}"]
)
def test_what_is_just_within_the_limits_goes(text: str) -> None:
    assert isinstance(parse(text), Interactive)


def test_the_operators_name_counts_towards_the_limit() -> None:
    with pytest.raises(CommandError):
        parse(f"/botoes\n{'x' * 1020}\n- a", "*Ana:*\n")


def test_every_refusal_has_a_sentence_of_its_own() -> None:
    keys = set(re.findall(r'CommandError\("([a-z_]+)"', SOURCE.read_text()))
    assert keys
    assert [key for key in keys if not knows(f"command.{key}")] == []


lines = st.sampled_from(
    [
        "/reagir 👍",
        "/modelo",
        "/botoes",
        "/lista",
        "/link",
        "/botões x",
        "//modelo",
        "- a",
        "- b | c",
        "-",
        "#",
        "# s",
        "texto",
        "",
    ]
) | st.sampled_from(["cabecalho=x", "rodape=", "botao1=2", "botão 9 =", "https://x.example", " | ", "=", "\x00", "a=b"])


@given(st.lists(lines | st.text(max_size=30), max_size=12).map("\n".join), st.sampled_from(["", "*Ana:*\n"]))
def test_anything_typed_is_a_command_or_refused(text: str, greeting: str) -> None:
    """Never any other exception; what passes is within WhatsApp's limits."""
    try:
        command = parse(text, greeting)
    except CommandError as error:
        assert knows(f"command.{error.key}")
        return
    if isinstance(command, Interactive):
        action = command.content["action"]
        assert 0 < len(command.content["body"]["text"]) <= 4096
        assert len(action.get("buttons", [])) <= 3
        assert sum(len(section["rows"]) for section in action.get("sections", [])) <= 10
    elif isinstance(command, PlainText):
        assert command.body in (text, text[1:])


@given(st.text())
def test_any_text_at_all_is_read(text: str) -> None:
    try:
        parse(text)
    except CommandError:
        assert text.startswith("/")


def test_a_very_long_word_ends() -> None:
    assert parse("/" + "a" * 20_000) == PlainText("/" + "a" * 20_000)
