"""Which phones are the same line, and above all which are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.people.phone_numbers import digits, match_set, to_e164


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("5531988776655", "5531988776655"),
        ("+55 (31) 98877-6655", "5531988776655"),
        ("0055 31 98877 6655", "5531988776655"),
        ("+55\u00a031\u00a098877\u20116655", "5531988776655"),
        ("+1 (983) 555-2319", "19835552319"),
        ("31.98877.6655", "31988776655"),
        ("", ""),
        ("   ", ""),
        ("US.20558713390021774410", ""),
        ("BR.1502576394655843", ""),
        ("+55 31 3222-1100 ramal 12", ""),
        ("٥٥٣١٩٨٨٧٧٦٦٥٥", ""),
        ("1" * 16, ""),
        ("1" * 5_000, ""),
        ("ligue já", ""),
    ],
)
def test_digits(written: str, expected: str) -> None:
    assert digits(written) == expected


@pytest.mark.parametrize(
    ("phone", "others"),
    [
        # Brazilian mobiles, both ways
        ("5531988776655", ["553188776655"]),
        ("553188776655", ["5531988776655"]),
        ("5511961234567", ["551161234567"]),
        ("551161234567", ["5511961234567"]),
        ("+55 31 98877-6655", ["553188776655"]),
        # Brazilian landlines gain nothing, and no mobile turns into one
        ("553132221100", []),
        ("551123456789", []),
        ("551151234567", []),
        ("5531932221100", []),
        ("5511912345678", []),
        ("5511951234567", []),
        # not Brazilian numbers at all: no area, too short, too long, 0800
        ("5501988776655", []),
        ("5510988776655", []),
        ("55319887766", []),
        ("55319887766551", []),
        ("558008887766", []),
        # Mexico, both ways
        ("5215512345678", ["525512345678"]),
        ("525512345678", ["5215512345678"]),
        ("521551234567", []),
        ("5211512345678", []),
        # Argentina, one way: without the 9 it may be a landline
        ("5491123456789", ["541123456789"]),
        ("541123456789", []),
        # everybody else
        ("16505551234", []),
        ("351912345678", []),
    ],
)
def test_match_sets(phone: str, others: list[str]) -> None:
    assert match_set(phone) == (digits(phone), *others)


@pytest.mark.parametrize("nobody", ["", "US.20558713390021774410", "BR.5531988776655", "nome"])
def test_what_is_no_phone_matches_nobody(nobody: str) -> None:
    assert match_set(nobody) == ()


brazilian = st.builds(
    "55{}{}{}{}".format,
    st.integers(1, 9),
    st.integers(1, 9),
    st.sampled_from(["", "9"]),
    st.from_regex("[0-9]{8}", fullmatch=True),
)
mexican = st.builds("52{}{}".format, st.sampled_from(["", "1"]), st.from_regex("[0-9]{10}", fullmatch=True))
any_digits = st.from_regex("[0-9]{1,15}", fullmatch=True)


@given(st.one_of(brazilian, mexican, any_digits))
def test_the_given_form_is_always_first_and_nothing_is_there_twice(phone: str) -> None:
    found = match_set(phone)
    assert found[:1] == ((digits(phone),) if digits(phone) else ())
    assert len(set(found)) == len(found) <= 2


@given(st.one_of(brazilian, mexican))
def test_matching_is_mutual(phone: str) -> None:
    for other in match_set(phone):
        assert set(match_set(other)) == set(match_set(phone))


@given(st.integers(1, 9), st.integers(1, 9), st.from_regex("[2-5][0-9]{7}", fullmatch=True))
def test_a_landline_is_nobody_elses(tens: int, ones: int, local: str) -> None:
    assert match_set(f"55{tens}{ones}{local}") == (f"55{tens}{ones}{local}",)
    assert match_set(f"55{tens}{ones}9{local}") == (f"55{tens}{ones}9{local}",)


@given(st.text(max_size=80))
def test_any_text_is_a_phone_or_nothing(value: str) -> None:
    found = digits(value)
    assert found == "" or (found.isascii() and found.isdigit() and len(found) <= 15)
    assert to_e164(value) in ("", f"+{found}")


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("5531988776655", "+5531988776655"),
        ("553188776655", "+553188776655"),
        ("+55 31 98877-6655", "+5531988776655"),
        ("0055 31 98877-6655", "+5531988776655"),
        ("031 98877-6655", ""),
        ("190", ""),
        ("", ""),
        ("US.20558713390021774410", ""),
    ],
)
def test_e164_adds_the_plus_and_no_digit(phone: str, expected: str) -> None:
    assert to_e164(phone) == expected
