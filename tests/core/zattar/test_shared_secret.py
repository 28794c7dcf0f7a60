"""Who may call: nobody but who holds one of the secrets."""

import pytest

from ponte.errors import SignatureMismatch
from ponte.zattar import shared_secret

OLD, NEW = "antigo-" + "a" * 32, "novo-" + "b" * 32


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Ponte-Secret": NEW},
        {"x-ponte-secret": OLD},
        {"X-PONTE-SECRET": f" {NEW} "},
        {"Authorization": f"Bearer {NEW}"},
        {"authorization": f"bearer {OLD}"},
        {"Authorization": "Bearer de-outrem", "X-Ponte-Secret": NEW},
    ],
)
def test_either_secret_in_either_header_is_enough(headers: dict[str, str]) -> None:
    shared_secret.verify(headers, (OLD, NEW))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Ponte-Secret": ""},
        {"X-Ponte-Secret": NEW[:-1]},
        {"X-Ponte-Secret": NEW + "x"},
        {"X-Ponte-Secret": NEW.upper()},
        {"X-Ponte-Secret": f"Bearer {NEW}"},
        {"X-Ponte-Secret": f"{OLD},{NEW}"},
        {"Authorization": NEW},
        {"Authorization": f"Basic {NEW}"},
        {"Authorization": "Bearer"},
        {"X-Other": NEW},
        {"X-Ponte-Secret": "é\ud800"},
        {"X-Ponte-Secret": "x" * 100_000},
    ],
)
def test_anything_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureMismatch):
        shared_secret.verify(headers, (OLD, NEW))


@pytest.mark.parametrize("secrets", [(), ("",), ("", "")])
@pytest.mark.parametrize("headers", [{}, {"X-Ponte-Secret": ""}, {"Authorization": "Bearer "}])
def test_where_no_secret_is_set_nobody_comes_in(headers: dict[str, str], secrets: tuple[str, ...]) -> None:
    with pytest.raises(SignatureMismatch):
        shared_secret.verify(headers, secrets)


def test_a_secret_that_was_taken_back_opens_nothing() -> None:
    with pytest.raises(SignatureMismatch):
        shared_secret.verify({"X-Ponte-Secret": OLD}, (NEW,))
