"""Typed reads of answers, and the probe over a chat's history."""

from typing import Any

import pytest

from ponte.bitrix24 import answers, errors, history
from ponte.bitrix24.answers import DialogIds, OpenLine
from ponte.outcome import Succeeded

from . import samples


def result(name: str) -> dict[str, Any]:
    outcome = errors.classify(samples.response(name))
    assert isinstance(outcome, Succeeded)
    return dict(outcome.result)


def test_contacts_found_by_phone() -> None:
    assert answers.contact_ids(result("duplicate_findbycomm_200")) == ["275", "2297"]
    assert answers.contact_ids(result("duplicate_findbycomm_200_none")) == []
    assert answers.contact_ids({"result": {"CONTACT": "x"}}) == []


def test_items_added_and_listed() -> None:
    assert answers.item_id(result("item_add_contact_200")) == "342"
    assert answers.item_id({"result": []}) == ""
    assert answers.item_ids(result("item_list_contact_by_imol_200")) == ["342"]
    assert answers.item_ids(result("item_list_200_empty")) == []
    assert len(answers.item_ids(result("item_list_200_page"))) == 50


def test_chats_and_messages() -> None:
    assert answers.message_id(result("im_message_add_200")) == "34239"
    assert answers.crm_chat_ids(result("crm_chat_get_200"), "wa_cloud_bridge") == ["1767"]
    assert answers.crm_chat_ids(result("crm_chat_get_200"), "telegrambot") == []
    assert answers.crm_chat_ids(result("crm_chat_get_200_empty"), "wa_cloud_bridge") == []
    assert answers.chat_id(result("session_open_200")) == "1767"


def test_a_dialogs_card_names_its_ids() -> None:
    ids = DialogIds("1767", "wa_cloud_bridge|107|5511900000001|585", "323", "1209", "42", "")
    assert answers.dialog_ids(result("dialog_get_200")) == ids
    assert answers.dialog_ids({"result": []}) == DialogIds("", "", "", "", "", "")


def test_bound_handlers() -> None:
    assert answers.handlers(result("event_get_200")) == [
        ("ONIMCONNECTORMESSAGEADD", "https://bridge.example/bitrix/events"),
        ("ONAPPUNINSTALL", "https://bridge.example/bitrix/events"),
    ]
    assert answers.handlers({"result": [{"event": "x", "handler": "", "offline": 1}]}) == []


def test_app_and_line_states() -> None:
    assert answers.is_installed(result("app_info_200"))
    assert not answers.is_installed(result("app_info_200_not_installed"))
    assert answers.line_works(result("status_200_active"))
    assert not answers.line_works(result("status_200_inactive"))
    assert not answers.line_works({"result": {"STATUS": True, "CONFIGURED": True, "ERROR": True}})
    assert answers.open_lines(result("config_list_get_200")) == [OpenLine(107, "WhatsApp Contoso", active=True)]


def test_the_oauth_server_names_whose_token_it_is() -> None:
    owner = answers.grant_owner(result("oauth_app_info_200"))
    assert owner.client_id == "local.65f0c0ffee0000.12345678"
    assert owner.member_id == "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    assert owner.client_endpoint == "https://contoso.bitrix24.com.br/rest/"
    assert owner.domain == "contoso.bitrix24.com.br"
    assert owner.user_id == "1"
    assert owner.is_installed
    assert {"imconnector", "crm"} <= owner.scopes


def test_scopes_come_as_one_string_too() -> None:
    assert answers.grant_owner({"result": {"scope": "crm,im"}}).scopes == {"crm", "im"}
    assert answers.grant_owner({"result": []}).scopes == frozenset()


def history_of(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"result": {"message": {str(n): message for n, message in enumerate(messages)}}}


def test_a_message_of_ours_is_found_by_its_id() -> None:
    body = result("session_history_get_200")
    assert history.find_message(body, external_message_id="wamid.FAKE1001") is True
    assert history.find_message(body, external_message_id="wamid.FAKE9999", text="Oi", since=1) is False


@pytest.mark.parametrize(
    "body",
    [{"result": []}, {"result": {"message": []}}, {"result": {"message": {}}}, {"result": {"message": ["x", None]}}],
)
def test_an_empty_history_holds_nothing(body: dict[str, Any]) -> None:
    assert history.find_message(body, external_message_id="w") is False


@pytest.mark.parametrize(
    "body", [None, {}, {"result": None}, {"result": {}}, {"result": {"message": "x"}}, {"error": "x"}]
)
def test_an_unreadable_history_proves_nothing(body: dict[str, Any] | None) -> None:
    assert history.find_message(body, external_message_id="w") is None


@pytest.mark.parametrize("ids", ["w", ["a", "w"], {"0": "w"}])
def test_ids_come_as_a_list_a_map_or_one_string(ids: Any) -> None:
    body = {"result": {"message": [{"params": {"connectorMid": ids}}]}}
    assert history.find_message(body, external_message_id="w") is True


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"connectorMid": ["w"]}, 0),
        ({"connectorMid": ["w"], "fileId": ["5"]}, 1),
        ({"connectorMid": ["w"], "FILE_ID": [5, 6]}, 2),
        ({"connectorMid": ["other"], "fileId": ["5"]}, None),
        ([], None),
    ],
)
def test_files_are_counted_where_a_message_has_our_id(params: Any, count: int | None) -> None:
    assert history.count_files(history_of({"params": params}), external_message_id="w") is count
    assert history.count_files(None, external_message_id="w") is None


DATE = "2026-03-11T18:53:14-03:00"
AT = 1773265994


@pytest.mark.parametrize(
    ("message", "since", "found"),
    [
        ({"text": "Oi  tudo[br]bem", "date": DATE}, AT - 5, True),
        ({"textlegacy": "oi tudo bem", "date": DATE}, AT, True),
        ({"text": "oi tudo bem", "date": DATE}, AT + 1, False),
        ({"text": "oi tudo bem", "date": DATE}, 0, None),
        ({"text": "oi tudo bem", "date": "ontem"}, AT, None),
        ({"text": "oi tudo bem", "date": "2026-03-11T18:53:14"}, AT, None),
        ({"text": "outro", "date": DATE}, AT - 5, False),
        ({"text": "oi tudo bem", "date": DATE, "params": {"connectorMid": ["other"]}}, AT - 5, False),
    ],
)
def test_without_ids_text_and_time_tell(message: dict[str, Any], since: int, found: bool | None) -> None:
    body = history_of(message)
    assert history.find_message(body, external_message_id="w", text="Oi tudo\nbem", since=since) is found
