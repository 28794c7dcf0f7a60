"""Long texts as several messages: in order, nothing lost, cut where a reader would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.bitrix24.markup import split_text


def test_a_text_that_fits_is_one_message() -> None:
    assert split_text("a" * 4096) == ["a" * 4096]
    assert [len(part) for part in split_text("a" * 4097)] == [4096, 1]


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, []),
        (" \n\t ", 10, []),
        ("  oi  ", 10, ["oi"]),
        ("um dois\n\ntres quatro", 14, ["um dois", "tres quatro"]),
        ("aa. bb\ncc dd", 9, ["aa. bb", "cc dd"]),
        ("Um. Dois. Tres quatro", 14, ["Um. Dois.", "Tres quatro"]),
        ("Certo? Sim! Ok entao", 12, ["Certo? Sim!", "Ok entao"]),
        ("v1.2 e 3.45 fim aqui", 12, ["v1.2 e 3.45", "fim aqui"]),
        ("palavra outra mais", 13, ["palavra outra", "mais"]),
        ("palavra outra mais", 12, ["palavra", "outra mais"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("ab   cd", 4, ["ab", "cd"]),
        ("ab\n\n\n\ncd", 4, ["ab", "cd"]),
        ("*Ana:*\npalavra outra mais dessas aqui", 28, ["*Ana:*\npalavra outra mais", "dessas aqui"]),
        ("*Ana:*\n" + "x" * 30, 28, ["*Ana:*", "x" * 28, "xx"]),
    ],
)
def test_cuts_fall_on_paragraphs_then_lines_sentences_words(text: str, limit: int, parts: list[str]) -> None:
    assert split_text(text, limit) == parts


@pytest.mark.parametrize(
    "character",
    [
        "e\u0301",
        "\U0001f44d\U0001f3fd",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f1e7\U0001f1f7",
        "\u2764\ufe0f",
        "\u1100\u1161\u11a8",
        "\U0001f3f4\U000e0067\U000e0062\U000e007f",
        "1\ufe0f\u20e3",
    ],
)
@pytest.mark.parametrize("limit", [7, 8, 9, 10, 11])
def test_no_cut_falls_inside_a_character_of_several_code_points(character: str, limit: int) -> None:
    parts = split_text(character * 30, limit)
    assert "".join(parts) == character * 30
    assert all(len(part) <= limit and part == character * (len(part) // len(character)) for part in parts)


def test_decoration_longer_than_a_message_is_cut_all_the_same() -> None:
    text = "a" + "\u0301" * 10_000
    assert "".join(split_text(text)) == text


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        split_text("x", 0)


texts = st.text(st.sampled_from("ab.!? \n\t\u0301\u200d\U0001f44d\U0001f3fd\U0001f1e7\u00a0"), max_size=200) | st.text()


@given(texts, st.integers(1, 40))
def test_parts_fit_are_not_blank_and_lose_only_blanks_at_the_cuts(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < len(part) <= limit and part == part.strip() for part in parts)
    position = 0
    for part in parts:
        found = text.index(part, position)
        assert not text[position:found].strip()
        position = found + len(part)
    assert not text[position:].strip()


def test_three_megabytes_are_split() -> None:
    parts = split_text("palavra " * 375_000)
    assert sum(part.count("palavra") for part in parts) == 375_000
