"""A chat's history in both spellings, and the ways to it."""

from typing import Any

import pytest

from ponte.bitrix24.chat_reading import MAX_PAGES, ChatReading
from ponte.bitrix24.history import HistoryPage, read_page
from ponte.bitrix24.requests import dialog_messages, history
from ponte.bitrix24.values import OperatorFile

from . import samples

DAY_MS = 24 * 3_600_000
AT = "2026-03-11T18:54:00-03:00"
AT_MS = 1_773_266_040_000


def message(number: int, author: int = 27, **more: Any) -> dict[str, Any]:
    """As im.dialog.messages.get shows one."""
    return {"id": number, "chat_id": 1767, "author_id": author, "date": AT, "text": f"n{number}", "params": [], **more}


def page(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    users = [{"id": 27, "name": "Ana Souza", "connector": False}, {"id": 585, "name": "Maria", "connector": True}]
    return {"chat_id": 1767, "messages": list(messages), "users": users, "files": [], **more}


def read(result: Any) -> HistoryPage:
    found = read_page(result)
    assert found is not None
    return found


def test_the_recorded_session_is_read_whole() -> None:
    found = read(samples.response("session_history_get_200").json()["result"])
    assert [(one.id, one.author_id, one.mids) for one in found.messages] == [
        (85851, "585", ("wamid.FAKE1001",)),
        (85853, "27", ("wamid.FAKE0001AAAA",)),
    ]
    assert (found.messages[1].at_ms, found.messages[1].text, found.session_id) == (AT_MS, "Boa tarde!", "323")


def test_pages_come_newest_first_and_are_read_oldest_first() -> None:
    assert [one.id for one in read(page(message(9), message(7), message(8))).messages] == [7, 8, 9]


@pytest.mark.parametrize("params", [None, [], {}, "x", {"CONNECTOR_MID": []}], ids=repr)
def test_a_message_may_have_no_parameters(params: Any) -> None:
    (found,) = read(page(message(7, params=params))).messages
    assert (found.mids, found.internal, found.deleted, found.file_ids) == ((), False, False, ())


@pytest.mark.parametrize(
    ("style", "internal"),
    [
        ("bx-messenger-content-item-system", True),
        ("bx-messenger-content-item-ol-start", True),
        ("bx-messenger-content-item-ol-output", True),
        ("x bx-messenger-content-item-system", True),
        ("bx-messenger-content-item-vote", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("name", ["CLASS", "class"])
def test_a_class_tells_what_customers_never_get(style: str, internal: bool, name: str) -> None:
    (found,) = read(page(message(7, params={name: style}))).messages
    assert found.internal is internal


def test_files_are_named_but_have_no_link_that_works_without_a_login() -> None:
    file = {"id": 540, "type": "image", "name": "a.png", "size": 55013, "urlDownload": "https://x.bitrix24.com/f"}
    found = read(page(message(7, text="", params={"FILE_ID": [540, 541]}), files=[file]))
    assert found.messages[0].file_ids == ("540", "541")
    assert found.files == {"540": OperatorFile("a.png", "image", "", "", 55013)}


@pytest.mark.parametrize("raw", [{"id": 0}, {"id": "x"}, {"author_id": None}, {"author_id": "-1"}, {"author_id": True}])
def test_what_has_no_id_or_author_is_no_message(raw: dict[str, Any]) -> None:
    assert read(page(message(7), message(8) | raw)).messages[0].id == 7
    assert len(read(page(message(7), message(8) | raw)).messages) == 1


@pytest.mark.parametrize("result", [None, [], "x", {}, {"messages": None}, {"messages": 7}, {"message": "x"}], ids=repr)
def test_what_is_no_history_is_none(result: Any) -> None:
    assert read_page(result) is None


def test_an_empty_session_is_an_empty_page() -> None:
    assert read({"message": [], "users": [], "files": []}).messages == ()


@pytest.mark.parametrize(("date", "at_ms"), [(AT, AT_MS), ("2026-03-11T18:54:00", 0), ("", 0), (None, 0)])
def test_only_a_date_with_its_zone_tells_the_time(date: Any, at_ms: int) -> None:
    assert read(page(message(7, date=date))).messages[0].at_ms == at_ms


# -- the ways to it


def reading(newer_than: int | None = None, since_ms: int = AT_MS - DAY_MS, session_id: str = "") -> ChatReading:
    return ChatReading("1767", newer_than=newer_than, since_ms=since_ms, session_id=session_id)


def asked(one: ChatReading) -> tuple[str, dict[str, Any]]:
    assert one.call is not None
    return one.call.method, one.call.params


def written(one: ChatReading) -> list[int]:
    return [entry.message.id for entry in one.history().written]


CARD = {"id": 1767, "entity_id": "wa|107|5511|585", "entity_data_1": "Y|LEAD|1|N|N|323|0|0|0|0", "message_count": 99}


def test_a_first_look_turns_pages_back_until_the_range_is_reached() -> None:
    one = reading(since_ms=AT_MS)
    assert asked(one) == ("im.dialog.messages.get", dialog_messages("1767").params)
    one.take(page(message(9, date="2026-03-11T18:55:00-03:00")))
    assert asked(one)[1]["LAST_ID"] == 9
    one.take(page(message(8)))
    assert one.call is None
    assert written(one) == [8, 9]


def test_a_later_look_turns_pages_forward_until_one_is_empty() -> None:
    one = reading(newer_than=6)
    assert asked(one)[1]["FIRST_ID"] == 6
    one.take(page(message(8), message(7)))
    assert asked(one)[1]["FIRST_ID"] == 8
    one.take(page())
    assert one.call is None
    assert written(one) == [7, 8]


def test_a_page_that_brings_nothing_new_ends_it_although_it_is_not_empty() -> None:
    one = reading(newer_than=6)
    one.take(page(message(7)))
    one.take(page(message(7)))
    assert one.call is None


def test_a_chat_that_never_ends_is_cut_and_said_so() -> None:
    one = reading()
    number = 100_000
    while one.call is not None:
        number -= 1
        one.take(page(message(number)))
    assert (len(written(one)), one.history().gap) == (MAX_PAGES, "too_long")


@pytest.mark.parametrize(
    ("more", "is_written"),
    [
        ({}, True),
        ({"author_id": 585}, False),
        ({"author_id": 0}, False),
        ({"params": {"CONNECTOR_MID": ["wamid.A"]}}, False),
        ({"params": {"CLASS": "bx-messenger-content-item-system"}}, False),
        ({"params": {"IS_DELETED": "Y"}}, False),
        ({"text": ""}, False),
        ({"text": "", "params": {"FILE_ID": [5]}}, True),
    ],
    ids=["operator", "customer", "portal", "acknowledged", "whisper", "deleted", "empty", "file alone"],
)
def test_what_counts_as_written_by_an_operator(more: dict[str, Any], is_written: bool) -> None:
    one = reading(newer_than=6)
    one.take(page(message(7, **more)))
    one.take(page())
    assert bool(written(one)) is is_written


def test_an_author_nobody_describes_is_looked_up_in_the_chats_card() -> None:
    for author, found in ((585, []), (27, [7])):
        one = reading(newer_than=6)
        one.take(page(message(7, author=author), users=[]))
        one.take(page(users=[]))
        assert asked(one) == ("imopenlines.dialog.get", {"CHAT_ID": "1767"})
        one.take(CARD)
        assert (one.call, written(one), one.history().gap) == (None, found, "")


def test_an_author_who_may_be_the_customer_is_left_out_and_said_so() -> None:
    one = reading(newer_than=6)
    one.take(page(message(7), users=[]))
    one.take(page(users=[]))
    one.refuse("access_denied")
    assert (one.call, written(one), one.history().gap) == (None, [], "author_unknown")


def session(*numbers: int, session_id: int = 323) -> dict[str, Any]:
    messages = {str(n): {"id": str(n), "senderid": "27", "date": AT, "text": f"n{n}", "params": []} for n in numbers}
    return {"chatId": 1767, "sessionId": session_id, "message": messages, "users": {"27": {"id": "27", "name": "Ana"}}}


def test_without_access_to_pages_the_last_session_is_read_by_its_id() -> None:
    one = reading(newer_than=6)
    one.refuse("access_error")
    assert asked(one) == ("imopenlines.dialog.get", {"CHAT_ID": "1767"})
    one.take(CARD)
    assert asked(one) == ("imopenlines.session.history.get", history(session_id="323").params)
    one.take(session(6, 7, 8))
    assert (one.call, written(one), one.history().session_id, one.history().gap) == (None, [6, 7, 8], "323", "")


def test_without_a_card_the_chats_own_id_is_the_last_way() -> None:
    one = reading(newer_than=6)
    one.refuse("error_method_not_found")
    one.refuse("access_error")
    assert asked(one) == ("imopenlines.session.history.get", {"CHAT_ID": "1767"})
    one.refuse("access_denied")
    assert (one.call, one.refused) == (None, "access_denied")


@pytest.mark.parametrize(
    ("newer_than", "known", "since_ms", "count", "gap"),
    [
        (7, "", 0, 99, ""),
        (6, "", 0, 99, "last_session_only"),
        (6, "323", 0, 99, ""),
        (None, "", AT_MS, 99, ""),
        (None, "", 1, 99, "last_session_only"),
        (None, "", 1, 2, ""),
    ],
    ids=["reaches back", "does not", "the same session", "older than the range", "younger", "all of the chat"],
)
def test_an_unseen_session_is_a_gap(newer_than: int | None, known: str, since_ms: int, count: int, gap: str) -> None:
    one = reading(newer_than, since_ms, known)
    one.refuse("access_error")
    one.take(CARD | {"message_count": count})
    one.take(session(7, 8))
    assert one.history().gap == gap


def test_when_another_session_was_read_last_that_one_is_read_too() -> None:
    one = reading(6, 0, "300")
    one.refuse("access_error")
    one.take(CARD)
    one.take(session(8, 9))
    assert asked(one)[1] == {"SESSION_ID": "300"}
    one.take(session(6, 7, session_id=300))
    assert (one.call, written(one), one.history().session_id, one.history().gap) == (None, [6, 7, 8, 9], "323", "")


def test_an_answer_that_cannot_be_read_is_a_refusal() -> None:
    one = reading()
    one.take("x")
    assert asked(one)[0] == "imopenlines.dialog.get"
