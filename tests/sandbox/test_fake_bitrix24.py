"""The fake portal: tokens, connector, chats, CRM, events and batch behave as the notes on the REST API say."""

from typing import Any

import pytest

from sandbox import php_forms

from .conftest import DOMAIN, MARIA, MEMBER, NOW_MS, Sandbox

CONNECTOR, LINE = "ponte_whatsapp", 107


def element(
    text: str = "Oi", wamid: str = "wamid.IN1", external: str = "p-1", phone: str = "+5511900000001"
) -> dict[str, Any]:
    user = {"id": external, "name": "Rui", "last_name": "Prado", "phone": phone}
    message = {"id": wamid, "date": NOW_MS // 1000, "text": text}
    return {"user": user, "message": message, "chat": {"id": external, "name": "WhatsApp"}}


def send(sandbox: Sandbox, *elements: Any, **other: Any) -> Any:
    params = {"CONNECTOR": CONNECTOR, "LINE": LINE, "MESSAGES": list(elements), **other}
    return sandbox.rest("imconnector.send.messages", params)


def result(sandbox: Sandbox, method: str, **params: Any) -> Any:
    answer = sandbox.rest(method, params)
    assert answer.status == 200, answer.body
    return answer.json()["result"]


def refusal(sandbox: Sandbox, method: str, **params: Any) -> tuple[int, str]:
    answer = sandbox.rest(method, params)
    return answer.status, answer.json()["error"]


def acknowledgement(**im: Any) -> dict[str, Any]:
    message = {"im": im, "message": {"id": ["wamid.A", "wamid.B"]}, "chat": {"id": MARIA}}
    return {"CONNECTOR": CONNECTOR, "LINE": LINE, "MESSAGES": [message]}


# --- access


@pytest.mark.parametrize(
    ("token", "code"), [("", "NO_AUTH_FOUND"), ("unknown", "invalid_token")], ids=["missing", "unknown"]
)
def test_a_missing_or_unknown_token_is_401(sandbox: Sandbox, token: str, code: str) -> None:
    answer = sandbox.rest("app.info", {}, token=token)
    assert (answer.status, answer.json()["error"]) == (401, code)


def test_a_token_that_is_over_is_expired(sandbox: Sandbox) -> None:
    sandbox.clock.ms += 3600_000
    answer = sandbox.rest("app.info", {})
    assert (answer.status, answer.json()["error"]) == (401, "expired_token")


def test_the_token_may_stand_in_the_body_json_or_form_and_the_ending_may_be_missing(sandbox: Sandbox) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    as_json = sandbox.call(DOMAIN, "POST", "/rest/app.info", {"auth": "access-1"})
    as_form = sandbox.call(DOMAIN, "POST", "/rest/app.info.json", b"auth=access-1", form)
    as_query = sandbox.call(DOMAIN, "GET", "/rest/app.info.json?auth=access-1")
    assert [one.json()["result"]["INSTALLED"] for one in (as_json, as_form, as_query)] == [True] * 3


def test_another_portals_token_is_not_good_here(sandbox: Sandbox, scenario: dict[str, Any]) -> None:
    other = {**scenario["bitrix24"]["portals"][0], "member_id": "other", "domain": "outra.bitrix24.com"}
    scenario["bitrix24"]["portals"].append({**other, "access_token": "access-other", "refresh_token": "refresh-other"})
    sandbox.providers.put(scenario)
    assert sandbox.rest("app.info", {}, token="access-other").json()["error"] == "invalid_token"
    assert sandbox.rest("app.info", {}, token="access-other", host="outra.bitrix24.com").status == 200


def test_an_unknown_method_and_an_unknown_portal_are_404(sandbox: Sandbox) -> None:
    assert refusal(sandbox, "im.chat.fly") == (404, "ERROR_METHOD_NOT_FOUND")
    answer = sandbox.rest("app.info", {}, host="nobody.bitrix24.com.br")
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_after_a_rename_the_old_address_leads_to_the_new_one(sandbox: Sandbox) -> None:
    renamed = sandbox.control("POST", "/play/rename", {"member_id": MEMBER, "domain": "novo.bitrix24.com.br"})
    assert renamed.status == 200
    answer = sandbox.rest("app.info", {})
    assert (answer.status, answer.headers["location"]) == (302, "https://novo.bitrix24.com.br/rest/app.info.json")
    assert sandbox.journal.after()[0]["took_effect"] is False
    assert sandbox.rest("app.info", {}, host="novo.bitrix24.com.br").status == 200


# --- imconnector


def test_a_first_message_makes_a_user_a_chat_and_a_session(sandbox: Sandbox) -> None:
    answer = send(sandbox, element()).json()
    assert answer["result"]["SUCCESS"] is True
    (item,) = answer["result"]["DATA"]["RESULT"]
    chat = sandbox.world.portals[0].chats[item["session"]["CHAT_ID"]]
    assert (chat.external, chat.name, chat.user_code) == ("p-1", "Rui Prado", f"{CONNECTOR}|107|p-1|{item['user']}")
    assert "operating_reset_at" in answer["time"]


def test_a_seeded_chat_is_continued(sandbox: Sandbox) -> None:
    (item,) = send(sandbox, element(external=MARIA)).json()["result"]["DATA"]["RESULT"]
    assert (item["user"], item["session"]["CHAT_ID"]) == ("585", "1767")


def test_repeating_the_call_posts_again(sandbox: Sandbox) -> None:
    send(sandbox, element(external=MARIA))
    send(sandbox, element(external=MARIA))
    history = result(sandbox, "imopenlines.session.history.get", CHAT_ID=1767)
    mids = [one["params"]["connectorMid"] for one in history["message"].values() if one["senderid"] == "585"]
    assert mids == [["wamid.IN1"], ["wamid.IN1"]]


def test_another_user_id_in_the_same_chat_makes_another_chat(sandbox: Sandbox) -> None:
    other = element(external=MARIA)
    other["user"]["id"] = "someone-else"
    (item,) = send(sandbox, other).json()["result"]["DATA"]["RESULT"]
    assert item["session"]["CHAT_ID"] != "1767"


def test_keys_are_read_in_any_case_and_a_form_works_too(sandbox: Sandbox) -> None:
    shouted = {"USER": {"ID": "p-9"}, "MESSAGE": {"ID": "m", "TEXT": "Olá"}, "CHAT": {"ID": "p-9"}}
    body = php_forms.encode({"CONNECTOR": CONNECTOR, "LINE": LINE, "MESSAGES": [shouted], "auth": "access-1"})
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = sandbox.call(DOMAIN, "POST", "/rest/imconnector.send.messages.json", body, form)
    assert answer.json()["result"]["DATA"]["RESULT"][0]["SUCCESS"] is True


@pytest.mark.parametrize("block", ["user", "message", "chat"])
def test_an_element_without_one_of_its_blocks_refuses_the_whole_call(sandbox: Sandbox, block: str) -> None:
    broken = element(wamid="wamid.IN2")
    del broken[block]
    answer = send(sandbox, element(), broken)
    assert (answer.status, answer.json()["error"]) == (400, "ERROR_ARGUMENT")
    assert list(sandbox.world.portals[0].chats) == ["1767"]


def test_an_item_without_text_fails_alone_inside_a_success(sandbox: Sandbox) -> None:
    answer = send(sandbox, element(), element(text="")).json()["result"]
    assert answer["SUCCESS"] is True
    assert [one["SUCCESS"] for one in answer["DATA"]["RESULT"]] == [True, False]
    assert answer["DATA"]["RESULT"][1]["ERRORS"] == ["Not all the required data is transmitted"]


def test_a_line_that_is_not_active_and_an_unknown_connector_are_refused(sandbox: Sandbox) -> None:
    messages = [element()]
    assert send(sandbox, *messages, LINE=999).json()["error"] == "NOT_ACTIVE_LINE"
    assert send(sandbox, *messages, CONNECTOR="other").json()["error"] == "IMCONNECTOR_NO_CORRECT_PROVIDER"
    result(sandbox, "imconnector.activate", CONNECTOR=CONNECTOR, LINE=LINE, ACTIVE=0)
    assert send(sandbox, *messages).json()["error"] == "NOT_ACTIVE_LINE"
    assert sandbox.control("GET", "/scenario").json()["bitrix24"]["portals"][0]["lines"][0]["active"] is False


def test_the_connectors_message_id_is_cut_at_100_characters(sandbox: Sandbox) -> None:
    send(sandbox, element(wamid="w" * 120, external=MARIA))
    assert sandbox.world.portals[0].chats["1767"].messages[-1].connector_mids == ["w" * 100]


def test_registering_and_activating_a_further_line_make_it_usable(sandbox: Sandbox) -> None:
    assert result(sandbox, "imconnector.register", ID="Second_One", NAME="WhatsApp 2") == {"result": True}
    result(sandbox, "imconnector.activate", CONNECTOR="second_one", LINE=9, ACTIVE=1)
    data = {"ID": "x", "URL": "https://wa.me/1", "URL_IM": "https://wa.me/1", "NAME": "WhatsApp"}
    assert result(sandbox, "imconnector.connector.data.set", CONNECTOR="second_one", LINE=9, DATA=data) is True
    assert result(sandbox, "imconnector.status", CONNECTOR="second_one", LINE=9)["STATUS"] is True
    assert result(sandbox, "imconnector.status", CONNECTOR="second_one")["STATUS"] is False
    assert "second_one" in result(sandbox, "imconnector.list")


def test_a_failed_registration_is_a_200_with_a_false_inside(sandbox: Sandbox) -> None:
    assert result(sandbox, "imconnector.register")["error"] == "CONNECTOR_ID_REQUIRED"
    assert result(sandbox, "imconnector.unregister", ID="nothing")["result"] is False
    assert [entry["took_effect"] for entry in sandbox.journal.after()] == [False, False]


def test_only_the_first_acknowledgement_of_a_message_counts(sandbox: Sandbox) -> None:
    played = sandbox.control("POST", "/play/operator", {"chat_id": 1767, "text": "Bom dia"}).json()
    body = acknowledgement(chat_id=1767, message_id=played["source_id"])
    for _ in range(2):
        assert sandbox.rest("imconnector.send.status.delivery", body).json()["result"] == {"SUCCESS": True, "DATA": []}
    assert [entry["took_effect"] for entry in sandbox.journal.after()] == [True, False]
    shown = sandbox.world.portals[0].message(1767, played["source_id"])
    assert shown is not None
    assert (shown.waiting, shown.connector_mids) == (False, ["wamid.A", "wamid.B"])


def test_an_acknowledgement_of_a_message_the_fake_never_saw_counts_too(sandbox: Sandbox) -> None:
    sandbox.rest("imconnector.send.status.delivery", acknowledgement(chat_id=9, message_id=8))
    assert sandbox.journal.after()[0]["took_effect"] is True


def test_an_acknowledgements_ids_have_to_be_a_list(sandbox: Sandbox) -> None:
    body = acknowledgement(chat_id=1, message_id=2)
    body["MESSAGES"][0]["message"]["id"] = "wamid.A"
    assert sandbox.rest("imconnector.send.status.delivery", body).json()["error"] == "ERROR_ARGUMENT"


def test_reading_is_accepted(sandbox: Sandbox) -> None:
    answer = sandbox.rest("imconnector.send.status.reading", acknowledgement(chat_id=1, message_id=2))
    assert answer.json()["result"] == {"SUCCESS": True, "DATA": []}


def test_messages_are_rewritten_and_deleted_by_the_connectors_id(sandbox: Sandbox) -> None:
    send(sandbox, element(external=MARIA))
    changed = {"CONNECTOR": CONNECTOR, "LINE": LINE, "MESSAGES": [element(text="Oi!", external=MARIA)]}
    chat = sandbox.world.portals[0].chats["1767"]
    assert sandbox.rest("imconnector.update.messages", changed).status == 200
    assert chat.messages[-1].text == "Oi!"
    sandbox.rest("imconnector.delete.messages", changed)
    again = sandbox.rest("imconnector.delete.messages", changed).json()["result"]["DATA"]["RESULT"][0]
    assert again["SUCCESS"] is True
    assert [one["took_effect"] for one in sandbox.journal.after()][-2:] == [True, False]
    assert all("wamid.IN1" not in message.connector_mids for message in chat.messages)


def test_a_chats_name_is_set_in_an_open_session_only(sandbox: Sandbox) -> None:
    params = {"CONNECTOR": CONNECTOR, "LINE": LINE, "CHAT_ID": MARIA, "USER_ID": MARIA, "NAME": "Maria S."}
    assert refusal(sandbox, "imconnector.chat.name.set", **params)[0] == 400
    send(sandbox, element(external=MARIA))
    result(sandbox, "imconnector.chat.name.set", **params)
    assert sandbox.world.portals[0].chats["1767"].name == "Maria S."


# --- im, imopenlines


def test_a_dialog_is_found_by_chat_dialog_session_or_code(sandbox: Sandbox) -> None:
    session = send(sandbox, element(external=MARIA)).json()["result"]["DATA"]["RESULT"][0]["session"]["ID"]
    code = f"{CONNECTOR}|107|{MARIA}|585"
    for params in ({"CHAT_ID": 1767}, {"DIALOG_ID": "chat1767"}, {"SESSION_ID": session}, {"USER_CODE": code}):
        dialog = result(sandbox, "imopenlines.dialog.get", **params)
        assert (dialog["id"], dialog["entity_id"]) == (1767, code)
    assert result(sandbox, "imopenlines.session.open", USER_CODE=code) == {"chatId": "1767"}
    assert refusal(sandbox, "imopenlines.dialog.get", CHAT_ID=1) == (400, "ACCESS_ERROR")


def test_a_contacts_chats_are_listed(sandbox: Sandbox) -> None:
    wanted = {"CRM_ENTITY_TYPE": "contact", "CRM_ENTITY": 275}
    assert result(sandbox, "imopenlines.crm.chat.get", **wanted)[0]["CHAT_ID"] == "1767"
    assert result(sandbox, "imopenlines.crm.chat.getLastId", **wanted) == 1767
    nobody = {"CRM_ENTITY_TYPE": "contact", "CRM_ENTITY": 1}
    assert result(sandbox, "imopenlines.crm.chat.get", **nobody) == []
    assert refusal(sandbox, "imopenlines.crm.chat.getLastId", **nobody) == (400, "CRM_CHAT_EMPTY_CRM_DATA")


def test_a_notice_shows_in_the_chat_and_in_its_history(sandbox: Sandbox) -> None:
    notice = result(sandbox, "im.message.add", DIALOG_ID="chat1767", MESSAGE="Não entregue", SYSTEM="Y")
    page = result(sandbox, "im.dialog.messages.get", DIALOG_ID="chat1767", LIMIT=1)
    assert [(one["id"], one["author_id"], one["text"]) for one in page["messages"]] == [(notice, 0, "Não entregue")]
    assert sandbox.world.portals[0].chats["1767"].messages[-1].sender == "system"


def test_an_empty_history_is_an_empty_list(sandbox: Sandbox, scenario: dict[str, Any]) -> None:
    scenario["bitrix24"]["portals"][0]["sent"] = []
    sandbox.providers.put(scenario)
    assert result(sandbox, "imopenlines.session.history.get", CHAT_ID=1767)["message"] == []


# --- crm


def test_a_contact_is_found_by_its_digits_and_none_is_an_empty_list(sandbox: Sandbox) -> None:
    find = {"type": "PHONE", "entity_type": "CONTACT"}
    variants = ["+551187650001", "+5511987650001"]
    assert result(sandbox, "crm.duplicate.findbycomm", **find, values=variants) == {"CONTACT": [275]}
    assert result(sandbox, "crm.duplicate.findbycomm", **find, values=["+551187650001"]) == []


def test_adding_a_contact_twice_makes_two(sandbox: Sandbox) -> None:
    fm = [{"typeId": "PHONE", "valueType": "WORK", "value": "+5511900000001"}]
    fields = {"name": "Rui", "originatorId": "ponte", "originId": "p-1", "fm": fm}
    ids = [result(sandbox, "crm.item.add", entityTypeId=3, fields=fields)["item"]["id"] for _ in range(2)]
    found = result(sandbox, "crm.item.list", entityTypeId=3, filter={"=originId": "p-1"}, select=["id", "name"])
    assert found["items"] == [{"id": one, "name": "Rui"} for one in ids]
    assert result(sandbox, "crm.item.get", entityTypeId=3, id=ids[0])["item"]["fm"][0]["value"] == "+5511900000001"
    assert {"id": ids[0], "name": "Rui", "phones": ["+5511900000001"]} in sandbox.control("GET", "/scenario").json()[
        "bitrix24"
    ]["portals"][0]["contacts"]


def test_a_new_chat_is_linked_to_the_contact_with_its_phone(sandbox: Sandbox) -> None:
    (item,) = send(sandbox, element(external="p-2", phone="+5511987650001")).json()["result"]["DATA"]["RESULT"]
    code = f"{CONNECTOR}|107|p-2|{item['user']}"
    found = result(sandbox, "crm.item.list", entityTypeId=3, filter={"=imol": f"imol|{code}"})
    assert [one["id"] for one in found["items"]] == [275]


def test_items_are_updated_and_unknown_ones_refused(sandbox: Sandbox) -> None:
    result(sandbox, "crm.item.update", entityTypeId=3, id=275, fields={"lastName": "Souza"})
    assert result(sandbox, "crm.item.get", entityTypeId=3, id=275)["item"]["lastName"] == "Souza"
    assert refusal(sandbox, "crm.item.get", entityTypeId=3, id=1) == (400, "NOT_FOUND")
    assert isinstance(result(sandbox, "crm.lead.add", fields={"TITLE": "WhatsApp", "PHONE": [{"VALUE": "+55"}]}), int)


# --- application and events


def test_binding_the_same_handler_again_is_refused(sandbox: Sandbox) -> None:
    new = {"event": "OnImConnectorMessageAdd", "handler": "https://example.com/other"}
    assert result(sandbox, "event.bind", **new) is True
    again = sandbox.rest("event.bind", new).json()
    assert again["error_description"] == "Unable to set event handler: Handler already binded"
    assert refusal(sandbox, "event.bind", event="ONNOTHING", handler="https://x") == (400, "ERROR_EVENT_NOT_FOUND")
    assert result(sandbox, "event.unbind", **new) == {"count": 1}
    assert result(sandbox, "event.unbind", **new) == {"count": 0}


def test_an_installed_portal_has_its_events_bound_to_the_gateway(sandbox: Sandbox) -> None:
    bound = {one["event"]: one["handler"] for one in result(sandbox, "event.get")}
    assert bound["ONIMCONNECTORMESSAGEADD"].endswith("/webhooks/bitrix24/outbound")


def test_a_portal_without_installfinish_says_so_and_has_nothing_bound(
    sandbox: Sandbox, scenario: dict[str, Any]
) -> None:
    scenario["bitrix24"]["portals"][0]["installed"] = False
    sandbox.providers.put(scenario)
    assert result(sandbox, "app.info")["INSTALLED"] is False
    assert result(sandbox, "event.get") == []


# --- batch and files


def test_a_batch_runs_in_order_and_refers_back(sandbox: Sandbox) -> None:
    commands = {
        "find": "crm.duplicate.findbycomm?type=PHONE&values[0]=%2B5511987650001&entity_type=CONTACT",
        "chat": "imopenlines.crm.chat.get?CRM_ENTITY_TYPE=contact&CRM_ENTITY=$result[find][CONTACT][0]",
        "bad": "no.such.method",
        "nested": "batch?cmd[0]=app.info",
    }
    answer = result(sandbox, "batch", cmd=commands, halt=0)
    assert answer["result"]["chat"][0]["CHAT_ID"] == "1767"
    assert set(answer["result_error"]) == {"bad", "nested"}
    assert answer["result_total"] == []
    halted = result(sandbox, "batch", cmd={"bad": "no.such.method", "then": "app.info"}, halt=1)
    assert halted["result"] == []


def test_a_file_link_leads_to_a_signed_address_that_anyone_may_read(sandbox: Sandbox, scenario: dict[str, Any]) -> None:
    file = {"code": "aB3xK", "name": "a.txt", "mime_type": "text/plain", "bytes_base64": "aGVsbG8="}
    scenario["bitrix24"]["portals"][0]["files"] = [file]
    sandbox.providers.put(scenario)
    first = sandbox.call(DOMAIN, "GET", "/~aB3xK")
    assert first.status == 302
    second = sandbox.call(DOMAIN, "GET", first.headers["location"].removeprefix(f"https://{DOMAIN}"))
    assert (second.status, second.body) == (200, b"hello")
    assert sandbox.call(DOMAIN, "GET", "/pub/im.file.php?FILE_ID=aB3xK&SIGN=forged").status == 404
