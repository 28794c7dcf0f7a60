"""What goes out to a portal: address, header, body; no token in an address, nobody but portals addressed."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest

from ponte.bitrix24 import requests, setup
from ponte.bitrix24.requests import Customer, Delivery, Person, RestCall
from ponte.errors import HostRefused
from ponte.http import HttpRequest

from . import samples

ENDPOINT = "https://contoso.bitrix24.com.br/rest/"
TOKEN = "66022cce0071b0008440001b897c2cc2"
MARIA = Customer("5511900000001", "Maria", "Silva", "+5511900000001")
PERSON = Person("Maria", "Silva", "+5511900000001", "wa_cloud_bridge", "5511900000001", "WZ")
ACK = Delivery("1807", "86497", "5511900000001", ["wamid.FAKE0001AAAA"], 1773759161)


def body(request: HttpRequest) -> object:
    return json.loads(request.body)


def test_a_call_is_a_post_with_the_token_in_a_header_only() -> None:
    request = RestCall("im.message.add", {"MESSAGE": "olá"}).request(ENDPOINT, TOKEN)
    assert (request.method, request.url) == ("POST", f"{ENDPOINT}im.message.add.json")
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Content-Type"].startswith("application/json")
    assert request.body == '{"MESSAGE":"olá"}'.encode()
    assert TOKEN not in request.url


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example/rest/",
        "http://contoso.bitrix24.com.br/rest/",
        "https://contoso.bitrix24.com.br@evil.example/rest/",
        "https://contoso.bitrix24.com.br/other/",
        "",
    ],
)
def test_no_token_goes_to_an_address_that_is_not_a_portals(endpoint: str) -> None:
    with pytest.raises(HostRefused):
        RestCall("app.info").request(endpoint, TOKEN)


@pytest.mark.parametrize("method", ["../x", "im.message.add?auth=x", "", "a/b"])
def test_a_method_cannot_bend_the_address(method: str) -> None:
    with pytest.raises(ValueError, match="method"):
        RestCall(method).request(ENDPOINT, TOKEN)


def test_a_lone_surrogate_does_not_spoil_the_body() -> None:
    assert body(RestCall("im.message.add", {"MESSAGE": "a\ud800"}).request(ENDPOINT, TOKEN)) == {"MESSAGE": "a?"}


def test_a_calls_parameters_do_not_show_in_a_traceback() -> None:
    assert "segredo" not in repr(requests.system_notice("1807", "segredo"))


def test_send_messages_carries_the_three_blocks_of_the_contract() -> None:
    call = requests.send_messages(
        "wa_cloud_bridge",
        107,
        MARIA,
        message_id="wamid.FAKE1001",
        text="Oi",
        date=1773759161,
        chat_name="WhatsApp Contoso",
        chat_url="https://wa.me/5511900000000",
    )
    expected = samples.request_params("send_messages_200")
    expected["MESSAGES"][0]["user"]["skip_phone_validate"] = "Y"
    assert (call.method, call.params) == ("imconnector.send.messages", expected)


def test_a_customer_without_phone_or_last_name_sends_neither() -> None:
    call = requests.send_messages("c", 1, Customer("BR.abc", "Cliente"), message_id="m", text="Oi", date=1)
    assert call.params["MESSAGES"] == [
        {
            "user": {"id": "BR.abc", "name": "Cliente"},
            "message": {"id": "m", "date": 1, "text": "Oi"},
            "chat": {"id": "BR.abc"},
        }
    ]


def test_files_keep_the_end_of_their_name_and_get_more_time() -> None:
    name = "x" * 60 + ".pdf"
    call = requests.send_messages("c", 1, MARIA, message_id="m", text="", date=1, files=[("https://x/1", name)])
    assert call.params["MESSAGES"][0]["message"]["files"] == [{"url": "https://x/1", "name": name[-50:]}]
    assert call.timeout_seconds > requests.TIMEOUT_SECONDS


@pytest.mark.parametrize(
    ("call", "method", "params"),
    [
        (
            requests.delivery_status("wa_cloud_bridge", 107, [ACK]),
            "imconnector.send.status.delivery",
            samples.request_params("send_status_delivery_200"),
        ),
        (
            requests.reading_status("wa_cloud_bridge", 107, [ACK]),
            "imconnector.send.status.reading",
            samples.request_params("send_status_delivery_200"),
        ),
        (
            requests.system_notice("1807", "aviso"),
            "im.message.add",
            {"DIALOG_ID": "chat1807", "MESSAGE": "aviso", "SYSTEM": "Y", "URL_PREVIEW": "N"},
        ),
        (
            requests.find_by_phone(["+5511900000001", "+551100000001"]),
            "crm.duplicate.findbycomm",
            samples.request_params("duplicate_findbycomm_200"),
        ),
        (
            requests.add_lead("WhatsApp", Person("Maria", "", "", "c", "x")),
            "crm.item.add",
            {
                "entityTypeId": 1,
                "fields": {
                    "title": "WhatsApp",
                    "name": "Maria",
                    "opened": "Y",
                    "originatorId": "c",
                    "originId": "x",
                },
            },
        ),
        (requests.history(chat_id="5"), "imopenlines.session.history.get", {"CHAT_ID": "5"}),
        (requests.history(session_id="7", chat_id="5"), "imopenlines.session.history.get", {"SESSION_ID": "7"}),
        (requests.dialog("5"), "imopenlines.dialog.get", {"CHAT_ID": "5"}),
        (requests.find_session("c", 1, "x", "585"), "imopenlines.session.open", {"USER_CODE": "c|1|x|585"}),
        (
            requests.crm_chat_get("contact", "342"),
            "imopenlines.crm.chat.get",
            {"CRM_ENTITY_TYPE": "contact", "CRM_ENTITY": "342", "ACTIVE_ONLY": "N"},
        ),
        (
            setup.activate("wa_cloud_bridge", 107, active=False),
            "imconnector.activate",
            {"CONNECTOR": "wa_cloud_bridge", "LINE": 107, "ACTIVE": 0},
        ),
        (
            setup.connector_data_set(
                "wa_cloud_bridge",
                107,
                data_id="wa_cloud_bridge_line107",
                url="https://wa.me/5511900000000",
                name="WhatsApp Contoso",
            ),
            "imconnector.connector.data.set",
            samples.request_params("data_set_200"),
        ),
        (setup.status("c", 1), "imconnector.status", {"CONNECTOR": "c", "LINE": 1}),
        (
            setup.event_bind("ONIMCONNECTORMESSAGEADD", "https://bridge.example/bitrix/events"),
            "event.bind",
            samples.request_params("event_bind_200"),
        ),
        (setup.event_unbind("E", "https://x/"), "event.unbind", {"event": "E", "handler": "https://x/"}),
        (setup.event_get(), "event.get", {}),
        (setup.app_info(), "app.info", {}),
    ],
)
def test_calls(call: RestCall, method: str, params: dict[str, object]) -> None:
    assert (call.method, call.params) == (method, params)


def test_a_new_contact_can_be_found_again_by_our_id_of_the_customer() -> None:
    added = requests.add_contact(PERSON).params
    expected = samples.request_params("item_add_contact_200")
    expected["fields"] |= {"opened": "Y", "sourceId": "WZ"}
    assert added == expected
    found = requests.find_contact_by_origin(PERSON.originator, PERSON.origin).params
    assert found["filter"] == {"=originatorId": "wa_cloud_bridge", "=originId": "5511900000001"}
    assert (found["entityTypeId"], requests.find_lead_by_origin("c", "x").params["entityTypeId"]) == (3, 1)


def test_at_most_twenty_phones_are_asked_for_at_once() -> None:
    assert len(requests.find_by_phone([f"+{n}" for n in range(30)]).params["values"]) == 20


def test_history_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="chat_id"):
        requests.history()


@pytest.mark.parametrize(("event", "handler"), [("", "https://x/"), ("E", "")])
def test_unbinding_everything_by_accident_is_refused(event: str, handler: str) -> None:
    with pytest.raises(ValueError, match="handler"):
        setup.event_unbind(event, handler)


def test_register_gives_the_settings_page_and_offers_no_change_of_sent_messages() -> None:
    call = setup.register("ponte_whatsapp", "WhatsApp", "data:image/svg+xml,x", "https://api.example/bitrix24/settings")
    assert call.params["ID"] == "ponte_whatsapp"
    assert call.params["PLACEMENT_HANDLER"] == "https://api.example/bitrix24/settings"
    assert call.params["CHAT_GROUP"] is False
    assert call.params["EDIT_INTERNAL_MESSAGES"] is call.params["DEL_INTERNAL_MESSAGES"] is False


def test_a_refresh_is_a_post_whose_address_holds_no_secret() -> None:
    request = setup.oauth_refresh("local.1", "s3 &cret", "r=1", "oauth.bitrix24.tech")
    assert (request.method, request.url) == ("POST", "https://oauth.bitrix24.tech/oauth/token/")
    assert parse_qs(request.body.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": ["local.1"],
        "client_secret": ["s3 &cret"],
        "refresh_token": ["r=1"],
    }


def test_the_oauth_server_itself_is_asked_whose_token_it_is() -> None:
    """The one address that holds a token: the form the vendor documents, and it goes to the server that issued it."""
    request = setup.oauth_app_info(TOKEN, "oauth.bitrix.info")
    assert (request.method, request.body) == ("GET", b"")
    assert request.url == f"https://oauth.bitrix.info/rest/app.info?auth={TOKEN}"


@pytest.mark.parametrize("host", ["contoso.bitrix24.com.br", "evil.example", "oauth.bitrix.info:80", ""])
@pytest.mark.parametrize(
    "make", [lambda host: setup.oauth_refresh("i", "s", "r", host), lambda host: setup.oauth_app_info("t", host)]
)
def test_nothing_but_the_oauth_servers_gets_the_secret(make: Callable[[str], HttpRequest], host: str) -> None:
    with pytest.raises(HostRefused):
        make(host)
