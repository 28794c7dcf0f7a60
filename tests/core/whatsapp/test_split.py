"""One body to its updates: everything is walked, each update can travel alone."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ponte.errors import MalformedEvent
from ponte.whatsapp.split import RawItem, split

SAMPLES = Path(__file__).parents[2] / "samples" / "whatsapp"
EVENTS = sorted(path.parent.name for path in SAMPLES.glob("*/body"))
NUMBER = "106540352242922"
WABA = "102290129340398"
SHEENA = "US.13491208655302741918"
PABLO = "US.20558713390021774410"

# What is not one message of Sheena's: event -> [(kind, conversation)]
EXPECTED: dict[str, list[tuple[str, str]]] = {
    "account_alerts_warning": [("account", "")],
    "account_update_offboarded": [("account", "")],
    "account_update_restriction": [("account", "")],
    "batch_two_changes": [("message", SHEENA), ("message", PABLO), ("status", "")],
    "business_username_updates": [("account", "")],
    "calls_by_business": [("call", SHEENA)],
    "calls_connect": [("call", SHEENA)],
    "calls_missed": [("call", SHEENA)],
    "calls_terminate": [("call", SHEENA)],
    "contacts_phone_request_answer": [("message", PABLO)],
    "group_participants_update": [("other", "")],
    "group_text": [("group", "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD")],
    "history_chunk": [("history", "")],
    "phone_number_quality_flagged": [("account", "")],
    "phone_number_quality_update": [("account", "")],
    "smb_app_state_sync": [("other", "")],
    "smb_echo_edit": [("echo", SHEENA)],
    "smb_echo_revoke": [("echo", SHEENA)],
    "smb_echo_text": [("echo", SHEENA)],
    "status_group_aggregated": [("status", ""), ("status", "")],
    "system_user_changed_number_legacy": [("message", "16505551234")],
    "system_user_changed_user_id": [("message", PABLO)],
    "template_category_update": [("account", "")],
    "template_quality_update": [("account", "")],
    "template_status_approved": [("account", "")],
    "template_status_rejected": [("account", "")],
    "text_bsuid_only": [("message", PABLO)],
    "text_bsuid_parent": [("message", PABLO)],
    "text_legacy_no_bsuid": [("message", "16505551234")],
    "text_unicode": [("message", "BR.1502576394655843")],
    "user_actions_link_click": [("other", "")],
    "user_preferences_resume": [("preference", SHEENA)],
    "user_preferences_stop": [("preference", SHEENA)],
    "value_errors_only": [("account", "")],
}


def sample(event: str) -> bytes:
    return (SAMPLES / event / "body").read_bytes()


def tree(event: str) -> Any:
    return json.loads(sample(event))


def written(value: Any) -> bytes:
    return json.dumps(value).encode()


def items(value: Any) -> list[RawItem]:
    return split(written(value)).items


@pytest.mark.parametrize("event", EVENTS)
def test_every_sample_gives_its_updates(event: str) -> None:
    default = [("status", "")] if event.startswith("status_") else [("message", SHEENA)]
    result = split(sample(event))
    assert [(item.kind, item.conversation) for item in result.items] == EXPECTED.get(event, default)
    assert sum(result.counts.values()) == len(result.items)
    for item in result.items:
        assert item.waba_id == WABA
        assert item.payload["field"] in sample(event).decode()
        assert json.loads(json.dumps(item.payload)) == item.payload


@pytest.mark.parametrize("event", EVENTS)
def test_a_redelivered_body_gives_the_same_ids(event: str) -> None:
    again = written(tree(event))
    assert [item.source_id for item in split(again).items] == [item.source_id for item in split(sample(event)).items]


def test_all_levels_are_walked() -> None:
    one, two = tree("text"), tree("status_read")
    one["entry"] += [*two["entry"], {**tree("batch_two_changes")["entry"][0], "id": "102290129340399"}]
    found = items(one)
    assert [item.kind for item in found] == ["message", "status", "message", "message", "status"]
    assert [item.waba_id for item in found] == [WABA, WABA, *["102290129340399"] * 3]


def test_contacts_are_matched_by_id_not_by_position() -> None:
    names = [item.payload["contact"]["profile"]["name"] for item in split(sample("batch_two_changes")).items]
    assert names == ["Sheena Nelson", "Pablo M.", "Sheena Nelson"]


def test_a_contact_of_somebody_else_is_not_taken() -> None:
    body = tree("text")
    body["entry"][0]["changes"][0]["value"]["contacts"] = [{"profile": {"name": "Outra"}, "wa_id": "5511999998888"}]
    assert items(body)[0].payload["contact"] is None


def test_the_bsuid_of_the_contact_orders_a_message_that_has_only_a_phone() -> None:
    body = tree("text")
    del body["entry"][0]["changes"][0]["value"]["messages"][0]["from_user_id"]
    assert items(body)[0].conversation == SHEENA


def test_a_bsuid_in_from_is_not_taken_for_a_phone() -> None:
    body = tree("text_bsuid_only")
    message = body["entry"][0]["changes"][0]["value"]["messages"][0]
    message["from"] = message.pop("from_user_id")
    assert items(body)[0].conversation == PABLO


def test_a_parent_id_orders_only_what_has_nothing_better() -> None:
    body = tree("text_bsuid_parent")
    value = body["entry"][0]["changes"][0]["value"]
    del value["contacts"], value["messages"][0]["from_user_id"]
    assert items(body)[0].conversation == "US.ENT.11815799212886844830"


def test_a_message_from_nobody_waits_for_nobody_else() -> None:
    body = tree("text")
    value = body["entry"][0]["changes"][0]["value"]
    message = value["messages"][0]
    del value["contacts"], message["from"], message["from_user_id"]
    assert items(body)[0].conversation == message["id"]


def test_repeats_inside_one_body_are_kept_once() -> None:
    body = tree("text")
    body["entry"] *= 3
    result = split(written(body))
    assert len(result.items) == 1
    assert result.counts == {"message": 1, "duplicate": 2}


def test_the_same_wamid_on_two_numbers_is_two_messages() -> None:
    one, two = tree("text"), tree("text")
    two["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "200"
    one["entry"] += two["entry"]
    assert [item.phone_number_id for item in items(one)] == [NUMBER, "200"]


def test_statuses_of_one_message_differ_by_status_and_participant() -> None:
    ids = {
        split(sample(f"status_{name}")).items[0].source_id for name in ("sent", "delivered", "read", "failed_131026")
    }
    ids |= {item.source_id for item in split(sample("status_group_aggregated")).items}
    assert len(ids) == 6
    assert not any("16505551234" in each or "US." in each for each in ids)


def test_value_errors_travel_with_the_message_they_explain() -> None:
    (item,) = split(sample("interactive_without_object_and_value_errors")).items
    assert item.payload["value_errors"][0]["code"] == 131000


@pytest.mark.parametrize(
    "bad", [None, "", 7, [], {}, "w" * 513, "wamid.\u00e9", "wamid.\x00", "wamid.\ud800"], ids=repr
)
def test_a_bad_id_is_counted_and_its_neighbours_are_kept(bad: Any) -> None:
    body = tree("text")
    value = body["entry"][0]["changes"][0]["value"]
    good = value["messages"][0]
    value["messages"] = [{**good, "id": bad}, good, {**good, "id": "w" * 512}]
    value["statuses"] = [{"id": bad, "status": "read"}, {"id": "wamid.1", "status": "read"}]
    result = split(written(body))
    assert [item.kind for item in result.items] == ["message", "message", "status"]
    assert result.counts == {"message": 2, "malformed": 2, "status": 1}


@pytest.mark.parametrize("bad", [None, 7, "x", [], [[]], True], ids=repr)
@pytest.mark.parametrize("place", ["entry", "changes", "value", "message", "metadata"])
def test_a_broken_neighbour_costs_nothing_else(place: str, bad: Any) -> None:
    good = tree("text")["entry"][0]
    broken: Any = {
        "entry": bad,
        "changes": {**good, "changes": bad},
        "value": {**good, "changes": [{"field": "messages", "value": bad}]},
        "message": {**good, "changes": [{"field": "messages", "value": {"metadata": {}, "messages": bad}}]},
        "metadata": {**good, "changes": [{"field": "messages", "value": {"metadata": bad, "messages": [{}]}}]},
    }[place]
    result = split(written({"object": "whatsapp_business_account", "entry": [broken, good]}))
    assert [item.kind for item in result.items if item.kind != "other"] == ["message"]


def test_a_message_without_a_number_cannot_be_routed() -> None:
    body = tree("text")
    del body["entry"][0]["changes"][0]["value"]["metadata"]
    assert split(written(body)).counts == {"malformed": 1}


def test_an_unknown_field_is_kept_as_other() -> None:
    body = tree("account_update_offboarded")
    body["entry"][0]["changes"][0]["field"] = "newer_than_this_code"
    assert split(written(body)).counts == {"other": 1}


def test_an_event_of_another_product_is_only_counted() -> None:
    body = {**tree("text"), "object": "instagram"}
    result = split(written(body))
    assert (result.items, result.counts) == ([], {"foreign": 1})


def test_the_withdrawn_user_id_update_reads_as_a_system_message() -> None:
    (item,) = split(sample("user_id_update_legacy_field")).items
    assert item.payload["message"]["system"]["previous_user_id"] == SHEENA
    assert item.payload["message"]["system"]["user_id"] == "US.77120033418855210934"
    assert SHEENA not in item.source_id


def test_the_time_of_the_entry_orders_account_events() -> None:
    assert split(sample("account_update_offboarded")).items[0].order == 1763500056
    assert split(sample("text")).items[0].order == 1763500000


@pytest.mark.parametrize("body", [b"[]", b"7", b'"x"', b"null", b"{}", b'{"entry":{}}', b'{"entry":null}', b"", b"{"])
def test_a_body_of_another_shape_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedEvent):
        split(body)


def test_the_webhook_function_imports_the_standard_library_only() -> None:
    code = (
        "import sys; import ponte.whatsapp.signatures, ponte.whatsapp.split; "
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('pydantic', 'httpx', 'phonenumbers', 'boto3', 'botocore', 'qs_codec', 'aws_lambda_powertools')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code, no input
    assert done.stdout.strip() == "[]"
