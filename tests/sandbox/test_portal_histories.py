"""The fake portal's histories: who may ask which way, what a page holds, what a session shows."""

from typing import Any

import pytest

from .conftest import MARIA, Sandbox

CHAT = "1767"


@pytest.fixture
def chat(sandbox: Sandbox) -> Any:
    return sandbox.world.portals[0].chats[CHAT]


def writes(sandbox: Sandbox, count: int) -> list[int]:
    ids = []
    for n in range(count):
        body = {"chat_id": 1767, "text": f"n{n}", "lost": True}
        ids.append(int(sandbox.control("POST", "/play/operator", body).json()["source_id"]))
    return ids


def page(sandbox: Sandbox, **params: Any) -> list[int]:
    """Ids as they come."""
    answer = sandbox.rest("im.dialog.messages.get", {"DIALOG_ID": f"chat{CHAT}", **params})
    return [one["id"] for one in answer.json()["result"]["messages"]]


def session(sandbox: Sandbox, **params: Any) -> Any:
    return sandbox.rest("imopenlines.session.history.get", params)


def test_pages_come_newest_first_twenty_unless_asked_and_fifty_at_most(sandbox: Sandbox) -> None:
    ids = writes(sandbox, 60)
    assert page(sandbox) == ids[:-21:-1]
    assert page(sandbox, LIMIT=3) == ids[:-4:-1]
    assert page(sandbox, LIMIT=500) == ids[:-51:-1]


def test_older_and_newer_pages_join_without_gap_or_overlap(sandbox: Sandbox) -> None:
    ids = writes(sandbox, 60)
    assert page(sandbox, LAST_ID=ids[30], LIMIT=5) == ids[29:24:-1]
    assert page(sandbox, FIRST_ID=ids[30], LIMIT=5) == ids[35:30:-1]
    assert page(sandbox, FIRST_ID=ids[-1]) == []
    assert page(sandbox, FIRST_ID=0, LIMIT=2)[-1] == 91000, "0: from the very first one"


def test_by_chat_only_the_last_session_is_shown_by_id_any(sandbox: Sandbox, chat: Any) -> None:
    (first,) = writes(sandbox, 1)
    earlier = chat.session_id
    sandbox.rest("imopenlines.session.start", {"CHAT_ID": CHAT})
    (second,) = writes(sandbox, 1)
    assert list(session(sandbox, CHAT_ID=CHAT).json()["result"]["message"]) == [str(second)]
    assert list(session(sandbox, SESSION_ID=earlier).json()["result"]["message"]) == [str(first)]
    card = sandbox.rest("imopenlines.dialog.get", {"CHAT_ID": CHAT}).json()["result"]
    assert (card["entity_data_1"].split("|")[5], card["message_count"]) == (str(chat.session_id), 3)


def test_histories_name_the_files_of_a_message_without_a_link_to_them(sandbox: Sandbox) -> None:
    file = {"name": "a.png", "mime_type": "image/png", "bytes_base64": "iVBORw0KGgo="}
    asked = {"chat_id": 1767, "text": "veja", "files": [file], "lost": True}
    sandbox.control("POST", "/play/operator", asked)
    by_page = sandbox.rest("im.dialog.messages.get", {"DIALOG_ID": f"chat{CHAT}", "LIMIT": 1}).json()["result"]
    by_session = session(sandbox, CHAT_ID=CHAT).json()["result"]
    (number,) = by_page["messages"][0]["params"]["FILE_ID"]
    assert list(by_session["message"].values())[-1]["params"]["fileId"] == [number]
    (named,) = by_page["files"]
    assert (named["id"], named["name"], named["type"], named["size"]) == (number, "a.png", "image", 8)
    assert by_session["files"] == {str(number): named}


def test_a_closed_session_is_still_the_last_one(sandbox: Sandbox, chat: Any) -> None:
    (number,) = writes(sandbox, 1)
    chat.session_id = None
    assert list(session(sandbox, CHAT_ID=CHAT).json()["result"]["message"]) == [str(number)]


@pytest.mark.parametrize(
    ("access", "pages", "by_chat", "by_session"),
    [
        ("participant", (200, None), (200, None), (200, None)),
        ("session_only", (400, "ACCESS_ERROR"), (403, "ACCESS_DENIED"), (200, None)),
        ("none", (400, "ACCESS_ERROR"), (403, "ACCESS_DENIED"), (403, "ACCESS_DENIED")),
    ],
)
def test_who_may_ask_which_way(
    sandbox: Sandbox, chat: Any, access: str, pages: Any, by_chat: Any, by_session: Any
) -> None:
    writes(sandbox, 1)
    chat.history_access = access
    answers = (
        sandbox.rest("im.dialog.messages.get", {"DIALOG_ID": f"chat{CHAT}"}),
        session(sandbox, CHAT_ID=CHAT),
        session(sandbox, SESSION_ID=chat.session_id),
    )
    assert [(answer.status, answer.json().get("error")) for answer in answers] == [pages, by_chat, by_session]


@pytest.mark.parametrize(
    ("method", "params", "error"),
    [
        ("im.dialog.messages.get", {}, "DIALOG_ID_EMPTY"),
        ("im.dialog.messages.get", {"DIALOG_ID": "chat999"}, "ACCESS_ERROR"),
        ("imopenlines.session.history.get", {"SESSION_ID": 999}, "ERROR_ARGUMENT"),
        ("imopenlines.session.history.get", {}, "ERROR_ARGUMENT"),
    ],
)
def test_what_is_not_there_is_refused(sandbox: Sandbox, method: str, params: dict[str, Any], error: str) -> None:
    assert sandbox.rest(method, params).json()["error"] == error


def test_users_are_told_apart_by_their_connector_flag(sandbox: Sandbox) -> None:
    writes(sandbox, 1)
    customer = {"id": MARIA, "name": "Maria"}
    element = {"user": customer, "message": {"id": "wamid.1", "text": "oi"}, "chat": {"id": MARIA}}
    sandbox.rest("imconnector.send.messages", {"CONNECTOR": "ponte_whatsapp", "LINE": 107, "MESSAGES": [element]})
    users = session(sandbox, CHAT_ID=CHAT).json()["result"]["users"]
    assert {name: user["connector"] for name, user in users.items()} == {"27": False, "585": True}
