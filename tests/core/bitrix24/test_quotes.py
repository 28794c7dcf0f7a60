"""The reply block of the messenger: which message it names, and what is left without it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.bitrix24.quotes import Quoted, find, ids_of

FENCE = "-" * 54
HEAD = "Ana Souza [17.03.2026 10:00] #chat1767/86497"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{FENCE}\n{HEAD}\nx\ny\n{FENCE}\nresposta", Quoted("1767", "86497", "resposta")),
        (f"[b]Ana:[/b] [br]{FENCE}\n{HEAD}\nx\n{FENCE}\na\nb", Quoted("1767", "86497", "[b]Ana:[/b] [br]a\nb")),
        (f"{FENCE}\n{HEAD}\n{FENCE}\nresposta", Quoted("1767", "86497", "resposta")),
        (f"{FENCE}\n{HEAD}\nx\n{FENCE}", None),
        (f"{FENCE}\nAna [17.03.2026 10:00]\nx\n{FENCE}\nresposta", None),
        (f"{FENCE}\n{HEAD}\nx\nresposta", None),
        (f"oi\n{FENCE}\n{HEAD}\nx\n{FENCE}\nresposta", None),
        (f"-{FENCE}\n{HEAD}\nx\n-{FENCE}\nresposta", None),
        (f"{FENCE}", None),
        ("", None),
    ],
)
def test_a_block_at_the_beginning_that_names_a_message_is_a_quote(text: str, expected: Quoted | None) -> None:
    assert find(text) == expected


lines = st.sampled_from([FENCE, HEAD, "x", "", "[b]Ana:[/b] [br]", "#chat1/2", " #chat1/" + "9" * 30])


@given(st.lists(lines | st.text(max_size=10), max_size=10).map("\n".join))
def test_any_text_is_read(text: str) -> None:
    found = find(text)
    assert found is None or found.answer.strip()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"result": {"message": {"7": {"id": "7", "params": {"connectorMid": ["wamid.A"]}}}}}, ("wamid.A",)),
        ({"result": {"message": [{"id": 7, "params": {"CONNECTOR_MID": "wamid.A"}}]}}, ("wamid.A",)),
        ({"result": {"message": {"8": {"id": "8", "params": {"connectorMid": ["wamid.A"]}}}}}, ()),
        ({"result": {"message": {"7": {"id": "7", "params": []}}}}, ()),
        ({"result": []}, ()),
        ({"result": {"message": "x"}}, ()),
        ({}, ()),
        (None, ()),
    ],
)
def test_a_message_of_the_history_tells_its_connector_ids(body: object, expected: tuple[str, ...]) -> None:
    assert ids_of(body, "7") == expected  # type: ignore[arg-type]
