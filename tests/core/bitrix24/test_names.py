"""Profile names as a portal accepts them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.bitrix24.markup import clean_name


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Maria Silva", ("Maria", "Silva")),
        ("Maria", ("Maria", "")),
        ("  Jo\u00e3o   da  Silva ", ("Jo\u00e3o", "da Silva")),
        ("Ana\U0001f642Souza", ("Ana", "Souza")),
        ("Ana-Clara d\u2019\u00c1vila", ("Ana-Clara", "d'\u00c1vila")),
        ("J. R. R. Tolkien", ("J", "R R Tolkien")),
        ("user123", ("user", "")),
        ("\U0001d4dc\U0001d4ea\U0001d4fb\U0001d4f2\U0001d4ea", ("Maria", "")),
        (
            "\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432",
            ("\u0418\u0432\u0430\u043d", "\u041f\u0435\u0442\u0440\u043e\u0432"),
        ),
        ("- ' -", ("Cliente", "")),
        ("12345", ("Cliente", "")),
        ("\U0001f642", ("Cliente", "")),
        ("", ("Cliente", "")),
        (None, ("Cliente", "")),
        ("[b]Ana[/b]", ("b", "Ana b")),
        ("Maria Aparecida dos Santos Oliveira Pereira", ("Maria", "Aparecida dos Santos")),
        ("x" * 60 + " " + "y" * 60, ("x" * 25, "y" * 25)),
    ],
)
def test_names(name: str | None, cleaned: tuple[str, str]) -> None:
    assert clean_name(name) == cleaned


@given(st.text())
def test_whatever_the_profile_says_the_portal_gets_letters_of_the_length_it_takes(name: str) -> None:
    first, last = clean_name(name)
    assert 1 <= len(first) <= 25
    assert len(last) <= 25
    assert all(char in " -'" or unicodedata.category(char)[0] in "LM" for char in first + last)
