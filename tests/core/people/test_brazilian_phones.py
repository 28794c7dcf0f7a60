"""Area code and number, written anyhow, as one number; and that nothing is gained, lost or guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.people.brazilian_phones import e164, is_same_line, last_eight, pair


@pytest.mark.parametrize(
    ("ddd", "numero", "expected"),
    [
        ("11", "987654321", "+5511987654321"),
        ("(11)", "98765-4321", "+5511987654321"),
        ("011", " 9 8765.4321", "+5511987654321"),
        ("11", "87654321", "+551187654321"),  # a mobile of before the ninth digit: stays as it is
        ("11", "3222-1100", "+551132221100"),  # a landline gains nothing
        ("55", "32221100", "+555532221100"),  # Rio Grande do Sul, not the country
        ("+55 11", "987654321", "+5511987654321"),
        ("11", "11987654321", "+5511987654321"),
        ("11", "5511987654321", "+5511987654321"),
        ("11", "+55 11 98765-4321", "+5511987654321"),
        ("11", "+55 98765-4321", "+5511987654321"),
        ("11", "55987654321", "+5511987654321"),
        ("55", "55987654321", "+5555987654321"),
        ("", "55987654321", "+5555987654321"),
        ("", "5511987654321", "+5511987654321"),
        ("", "(11) 98765-4321", "+5511987654321"),
        ("", "011 98765-4321", "+5511987654321"),
        ("11", "21987654321", "+5521987654321"),  # the number's own area counts
        ("11", "+351 912 345 678", "+351912345678"),
        ("", "0044 20 7946 0958", "+442079460958"),
        # no phone
        ("", "", ""),
        ("11", "", ""),
        ("", "987654321", ""),
        ("00", "987654321", ""),
        ("20", "987654321", ""),  # no such area
        ("11", "12345", ""),
        ("11", "1234-5678", ""),
        ("11", "887654321", ""),  # nine digits that do not begin with 9
        ("11", "98765432101", ""),
        ("", "0800 722 1234", ""),
        ("11", "não tem", ""),
        ("11", "3222-1100 ramal 12", ""),
        ("onze", "987654321", ""),
        ("11", "٩٨٧٦٥٤٣٢١", ""),
        ("", "+55 98765-4321", ""),
        ("11", "0" * 5_000, ""),
    ],
)
def test_e164(ddd: str, numero: str, expected: str) -> None:
    assert e164(ddd, numero) == expected


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("+5511987654321", ("11", "987654321")),
        ("551187654321", ("11", "87654321")),
        ("+551132221100", ("11", "32221100")),
        ("+351912345678", None),
        ("987654321", None),
        ("", None),
    ],
)
def test_pair(phone: str, expected: tuple[str, str] | None) -> None:
    assert pair(phone) == expected


def test_both_forms_of_a_mobile_are_one_line_and_a_landline_is_another() -> None:
    assert is_same_line("11", "87654321", "+5511987654321")
    assert is_same_line("11", "98765-4321", "551187654321")
    assert not is_same_line("11", "32221100", "+5511932221100")
    assert not is_same_line("21", "987654321", "+5511987654321")


@pytest.mark.parametrize("nothing", ["", "não tem"])
def test_nothing_is_never_the_same_line(nothing: str) -> None:
    assert not is_same_line("", nothing, nothing)
    assert not is_same_line("11", "987654321", nothing)


def test_all_forms_end_alike() -> None:
    assert last_eight("+5511987654321") == last_eight("551187654321") == "87654321"
    assert last_eight("+351912345678") == ""


@given(st.from_regex(r"(11|21|55|98)(9[0-9]{8}|[2-9][0-9]{7})", fullmatch=True))
def test_a_pair_and_its_number_are_the_same_thing(national: str) -> None:
    phone = f"+55{national}"
    parts = pair(phone)
    assert parts is not None and e164(*parts) == phone


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_gives_a_number_or_nothing(ddd: str, numero: str) -> None:
    phone = e164(ddd, numero)
    assert phone == "" or (phone[0] == "+" and phone[1:].isascii() and phone[1:].isdigit() and len(phone) <= 16)
