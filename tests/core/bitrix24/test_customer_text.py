"""A customer's text in a Bitrix24 chat: readable, never a command."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.bitrix24.markup import to_bitrix24

J = "\u2060"
TAG = re.compile(r"\[(/?)([a-z*]+)[^\]]*\]", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*oi* _x_ ~y~", "[b]oi[/b] [i]x[/i] [s]y[/s]"),
        ("*_x_*", "[b][i]x[/i][/b]"),
        ("(*b*).", "([b]b[/b])."),
        ("```a\n*b*```", "[code]a\n*b*[/code]"),
        ("`a_b_` x", "[code]a_b_[/code] x"),
        ("2*3*4 snake_case_x a~b~c", "2*3*4 snake_case_x a~b~c"),
        ("* x * _ y _", "* x * _ y _"),
        ("*a\nb*", "*a\nb*"),
        ("**", "**"),
        ("*a _b* c_", "[b]a _b[/b] c_"),
        ("https://x.example/_a_/*b* fim", "https://x.example/_a_/*b* fim"),
        ("*https://x.example/a*", "[b]https://x.example/a[/b]"),
        ("linha\r\noutra\rmais", "linha\noutra\nmais"),
        ("a\x00b\ud800\x07", "ab"),
        ("", ""),
    ],
)
def test_whatsapp_markup_becomes_bbcode(text: str, expected: str) -> None:
    assert to_bitrix24(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[b]x[/b]",
        "[url=https://evil.example]clique[/url]",
        "[user=1]Chefe[/user]",
        "[send=/apagar]ok[/send]",
        "[[b]]x[/b]",
        "[IMG]http://x[/IMG]",
        "[disk=5]",
    ],
)
def test_no_code_of_the_customers_survives_and_the_text_still_reads_the_same(text: str) -> None:
    shown = to_bitrix24(text)
    assert not TAG.search(shown)
    assert shown.replace(J, "") == text


def test_mono_text_cannot_break_out_of_its_code() -> None:
    assert to_bitrix24("```x[/code][b]y```") == f"[code]x[{J}/code][{J}b]y[/code]"


@pytest.mark.parametrize("text", ["1", "0", " 1", "1 ", "0 obrigado", "1\nok", "\n0"])
def test_an_answer_that_would_count_as_a_rating_is_shown_to_people(text: str) -> None:
    shown = to_bitrix24(text)
    assert shown.replace(J, "") == text
    assert shown.strip()[0] == J


@pytest.mark.parametrize("text", ["10", "1.", "01", "-1", "2", "1a", "x 1", "1\ufe0f\u20e3"])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert to_bitrix24(text) == text


def test_a_fence_of_the_portals_own_quotes_cannot_be_forged() -> None:
    fence = "-" * 54
    shown = to_bitrix24(f"{fence}\nAna [hoje]\nfalso\n{fence}")
    assert fence not in shown
    assert shown.replace(J, "") == f"{fence}\nAna [hoje]\nfalso\n{fence}"
    assert to_bitrix24("-" * 53) == "-" * 53


@pytest.mark.parametrize(
    "text",
    ["*" * 200_000, "`" * 200_000, "*a " * 70_000, "https://" * 25_000, "_x" * 90_000, "http://" + "." * 200_000],
)
def test_hostile_markup_ends(text: str) -> None:
    """Each would take minutes if any step were quadratic; nothing is timed."""
    to_bitrix24(text)


pieces = st.sampled_from(
    [*"*_~`[]ab1 \n/-", "```", "[b]", "[/b]", "[url=x]", "https://x/_a_", "\x01", "\ud800", "\u00e9", J]
)


@given(st.lists(pieces, max_size=40).map("".join))
def test_the_only_codes_are_ours_and_they_pair(text: str) -> None:
    shown = to_bitrix24(text)
    unclosed = []
    for close, name in TAG.findall(re.sub(r"\[code\].*?\[/code\]", "", shown, flags=re.DOTALL)):
        assert name in {"b", "i", "s"}
        if close:
            assert unclosed.pop() == name
        else:
            unclosed.append(name)
    assert not unclosed
    shown.encode()


@given(st.text(st.characters(exclude_characters="*_~`\r", exclude_categories=("Cs", "Cc"))))
def test_text_without_markup_differs_by_joiners_only(text: str) -> None:
    assert to_bitrix24(text).replace(J, "") == text.replace(J, "")
