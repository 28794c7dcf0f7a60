"""The language that a reader asked for."""

import pytest

from ponte.texts.languages import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "pt-BR"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("pt", "pt-BR"),
        ("pt-PT;q=0.4, en;q=0.5", "en"),
        ("fr;q=1, en;q=0.2", "en"),
        ("fr, de", "pt-BR"),
        ("*", "pt-BR"),
        ("en;q=0", "pt-BR"),
        ("en;q=2", "pt-BR"),
        ("en;q=nan", "pt-BR"),
        ("english", "pt-BR"),
        (",;=,q=1", "pt-BR"),
        ("x," * 400 + "en", "pt-BR"),
    ],
)
def test_the_one_we_speak_that_is_wanted_most(header: str, language: str) -> None:
    assert preferred(header, "pt-BR") == language


def test_the_default_is_the_stacks_own() -> None:
    assert preferred("fr", "en") == "en"
    assert preferred("pt-BR", "en") == "pt-BR"
