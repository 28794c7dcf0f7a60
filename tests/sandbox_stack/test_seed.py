"""A scenario as Core and ledger items: read back with the classes that the functions read them with."""

from typing import Any

import pytest

from ponte.mappings import PhoneNumberId
from ponte.people.aliases import key
from ponte.storage import keys
from ponte.storage.conversation_items import conversation_of
from ponte.storage.directory import line_of, number_of, portal_of
from ponte.storage.table import Item
from sandbox import seed
from sandbox.scenario import Scenario, load

NUMBER, MEMBER = "106540352242922", "portal-a"
NOW_MS = 1_795_000_000_000


class Reversing:
    """A cipher whose context can be seen."""

    def encrypt(self, text: str, context: dict[str, str]) -> bytes:
        return f"{context['tenant']}/{context['field']}/{text[::-1]}".encode()

    def decrypt(self, data: bytes, context: dict[str, str]) -> str:  # the port's other half
        raise AssertionError("a seed decrypts nothing")


def scenario(*, chats: list[dict[str, Any]] | None = None, sent: list[dict[str, Any]] | None = None) -> Scenario:
    lines = [
        {"connector": "ponte_whatsapp", "line": 107, "phone_number_id": NUMBER, "signature": True},
        {"connector": "ponte_whatsapp", "line": 108},
    ]
    portal = {
        "member_id": MEMBER,
        "domain": "padaria.bitrix24.com.br",
        "application_token": "app-token",
        "access_token": "access",
        "refresh_token": "refresh",
        "expires_at": 1_795_003_600,
        "rate": {"per_s": 0.5, "burst": 3},
        "lines": lines,
        "chats": chats or [],
        "sent": sent or [],
    }
    return load(
        {
            "timing": {"unknown_wait_s": 0.25, "lease_s": 4},
            "meta": {
                "app_secret": "s",
                "verify_token": "v",
                "access_token": "t",
                "numbers": [{"phone_number_id": NUMBER, "waba_id": "1", "display_phone_number": "+55 11 3030-4040"}],
            },
            "bitrix24": {"client_id": "id", "client_secret": "secret", "portals": [portal]},
        },
        NOW_MS / 1000,
    )


def chat(**fields: Any) -> dict[str, Any]:
    return {"chat_id": 1767, "connector": "ponte_whatsapp", "line": 107, "bitrix_user_id": 5, **fields}


def core(given: Scenario) -> dict[tuple[str, str], Item]:
    return {(item["pk"], item["sk"]): item for item in seed.core_items(given, Reversing())}


def test_a_portals_tokens_are_encrypted_for_their_tenant_and_field() -> None:
    item = core(scenario())[keys.portal(MEMBER)]
    assert item["access_token_ct"] == b"portal-a/access_token/ssecca"
    assert item["refresh_token_ct"] == b"portal-a/refresh_token/hserfer"
    assert not {"access", "refresh", "app-token"} & {value for value in item.values() if isinstance(value, str)}


def test_a_portal_is_read_back_as_the_scenario_says() -> None:
    portal = portal_of(core(scenario())[keys.portal(MEMBER)])
    assert (portal.domain, portal.client_endpoint) == (
        "padaria.bitrix24.com.br",
        "https://padaria.bitrix24.com.br/rest/",
    )
    assert (portal.rate.per_second, portal.rate.burst, portal.token_expires_at) == (0.5, 3, 1_795_003_600)


def test_the_portals_address_is_taken() -> None:
    assert core(scenario())[keys.portal_address("padaria.bitrix24.com.br")]["member_id"] == MEMBER


def test_a_number_knows_the_line_that_names_it_and_the_line_its_number() -> None:
    items = core(scenario())
    number = number_of(items[keys.number(NUMBER)])
    assert (number.member_id, number.connector, number.line) == (MEMBER, "ponte_whatsapp", 107)
    line = line_of(items[keys.line(MEMBER, "ponte_whatsapp", 107)])
    assert (line.phone_number_id, line.signature, line.active) == (NUMBER, True, True)


def test_a_line_without_a_number_is_not_configured_yet() -> None:
    assert keys.line(MEMBER, "ponte_whatsapp", 108) not in core(scenario())


def test_timing_is_kept_in_thousandths() -> None:
    item = core(scenario())[keys.timing()]
    assert (item["unknown_wait_s_milli"], item["lease_s_milli"], item["retry_cap_s_milli"]) == (250, 4000, 900_000)


def conversation(fields: dict[str, Any]) -> Any:
    items = core(scenario(chats=[chat(**fields)]))
    found = [item for (pk, _), item in items.items() if pk.startswith("CV#")]
    assert len(found) == 1
    return conversation_of(found[0])


def test_digits_in_external_are_a_phone_when_the_chat_has_no_address() -> None:
    assert (conversation({"external": "5511987650001"}).wa_id, conversation({"external": "5511987650001"}).user_id) == (
        "5511987650001",
        "",
    )


def test_a_bsuid_in_external_is_never_a_phone() -> None:
    made = conversation({"external": "BR.1502576394655843"})
    assert (made.wa_id, made.user_id) == ("", "BR.1502576394655843")


def test_an_address_of_its_own_wins_over_external() -> None:
    made = conversation({"external": "5511900000000", "wa_id": "5511987650001", "last_inbound_ms": 7})
    assert (made.wa_id, made.external, made.chat_id, made.last_inbound_ms) == (
        "5511987650001",
        "5511900000000",
        "1767",
        7,
    )


@pytest.mark.parametrize("phone", ["5511987650001", "551187650001"])
def test_a_seeded_customer_is_found_by_either_form_of_a_brazilian_mobile_number(phone: str) -> None:
    items = core(scenario(chats=[chat(external="5511987650001")]))
    assert keys.alias(MEMBER, *key("phone", phone)) in items


def test_a_seeded_bsuid_means_something_within_its_portfolio_only() -> None:
    given = scenario(chats=[chat(external="c1", user_id="BR.1")])
    given["meta"]["numbers"][0]["portfolio_id"] = "777"
    items = core(given)
    assert keys.alias(f"{MEMBER}#777", "bsuid", "BR.1") in items
    assert keys.alias(MEMBER, "bsuid", "BR.1") not in items


def test_a_chat_on_a_line_without_a_number_has_no_conversation() -> None:
    items = core(scenario(chats=[chat(external="5511987650001", line=108)]))
    assert not [pk for pk, _ in items if pk.startswith("CV#")]


def test_a_sent_message_is_found_by_each_of_its_wamids() -> None:
    given = scenario(
        chats=[chat(external="5511987650001")],
        sent=[{"im_message_id": 4711, "wamids": ["wamid.A", "wamid.B"], "external": "5511987650001"}],
    )
    items = {(item["pk"], item["sk"]): item for item in seed.seed_sent(given, NOW_MS)}
    pointers = [items[keys.whatsapp_message(PhoneNumberId(NUMBER), wamid)] for wamid in ("wamid.A", "wamid.B")]
    assert [pointer["part"] for pointer in pointers] == [0, 1]
    message = items[keys.message(pointers[0]["event_id"])]
    assert (message["st"], message["source_id"], message["ref"]["chat_id"]) == ("SENT", "4711", "1767")


def test_a_sent_message_of_an_unknown_chat_is_left_out() -> None:
    given = scenario(sent=[{"im_message_id": 1, "wamids": ["wamid.A"], "external": "nobody"}])
    assert list(seed.seed_sent(given, NOW_MS)) == []


def test_the_secret_has_the_shape_that_the_functions_read() -> None:
    assert seed.app_secret(scenario()) == {
        "meta": {"app_secrets": ["s"], "verify_tokens": ["v"], "access_token": "t"},
        "bitrix24": {"client_id": "id", "client_secret": "secret"},
    }
