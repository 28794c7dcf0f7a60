"""The office bridge's doors through their Lambda envelopes: who gets in, what is queued, what is answered."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ponte.runtime import wiring
from tests.handlers.conftest import Aws, Context, app
from tests.handlers.offices import (
    API_TOKEN,
    DATABASE_SECRET,
    PATH_SECRET,
    SENT_MS,
    SERVICE_KEY,
    SIGNING_SECRET,
    TENANT,
    Stopped,
    chatwoot,
    put_office,
)

type Load = Callable[[str, str], dict[str, Any]]
LIMIT = 3 * 1024 * 1024


@pytest.fixture(autouse=True)
def at_the_samples_time(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "CLOCK", Stopped())
    # What a door of the office bridge is not told of (tests/template/test_permissions.py), it does not ask for.
    for name in ("APP_SECRET_ARN", "MESSAGE_TABLE", "AUDIT_TABLE", "STATE_TABLE", "BITRIX24_EVENTS_QUEUE_URL"):
        monkeypatch.delenv(name)


def post(function: str, event: dict[str, Any]) -> int:
    status: int = app(function).handler(event, Context())["statusCode"]
    return status


def counted(capsys: pytest.CaptureFixture[str], function: str) -> list[str]:
    """The results that one function's metrics were written under."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return [line["result"] for line in lines if line.get("flow") == function]


def signed(event: dict[str, Any], body: bytes) -> dict[str, Any]:
    stamp = event["headers"]["x-chatwoot-timestamp"]
    signature = hmac.new(SIGNING_SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {**event["headers"], "x-chatwoot-signature": f"sha256={signature}"}
    return {**event, "headers": headers, "body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def nothing_is_queued(aws: Aws) -> bool:
    return aws.messages("ZATTAR_EVENTS") == aws.messages("CHATWOOT_EVENTS") == []


def test_a_changed_cliente_is_queued_in_their_own_group_without_their_data(aws: Aws, event: Load) -> None:
    put_office()
    assert post("zattar_webhook", event("zattar_webhook", "cliente_updated")) == 200
    (queued,) = aws.messages("ZATTAR_EVENTS")
    assert (queued["source"], queued["scope"], queued["kind"]) == ("zt", TENANT, "PersonChanged")
    assert queued["payload"]["id"] == 1842
    assert not [word for word in ("Maria", "987654321", "novo.example", DATABASE_SECRET) if word in json.dumps(queued)]


def test_a_changed_contact_is_queued_under_the_offices_account(aws: Aws, event: Load) -> None:
    put_office()
    assert post("chatwoot_webhook", event("chatwoot_webhook", "contact_updated")) == 200
    (queued,) = aws.messages("CHATWOOT_EVENTS")
    assert (queued["source"], queued["scope"], queued["kind"]) == ("cw", TENANT, "contact_updated")
    assert queued["payload"]["account"] == {"id": 7}


SAMPLES = Path(__file__).parents[1] / "samples" / "chatwoot"
TOLD = {
    "contact_created": "contact|5013",
    "contact_updated": "contact|5012",
    **dict.fromkeys(
        ("conversation_created", "conversation_updated", "conversation_status_changed"), "conversation|873"
    ),
    **dict.fromkeys(("message_created", "message_created_outgoing", "message_updated"), "conversation|873"),
}
COUNTED = ("conversation_typing_on", "conversation_typing_off", "webwidget_triggered", "inbox_created", "inbox_updated")


@pytest.mark.parametrize("name", TOLD)
def test_people_and_talk_are_queued_each_in_order(aws: Aws, event: Load, name: str) -> None:
    put_office()
    body = (SAMPLES / name / "body").read_bytes()
    assert post("chatwoot_webhook", signed(event("chatwoot_webhook", "contact_updated"), body)) == 200
    (queued,) = aws.messages("CHATWOOT_EVENTS")
    assert queued["conversation"] == f"{TENANT}|{TOLD[name]}"
    assert queued["payload"]["account"] == {"id": 7}
    assert "pubsub_token" not in json.dumps(queued)


@pytest.mark.parametrize("name", COUNTED)
def test_signals_are_counted_and_go_nowhere(
    aws: Aws, event: Load, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    put_office()
    body = (SAMPLES / name / "body").read_bytes()
    assert post("chatwoot_webhook", signed(event("chatwoot_webhook", "contact_updated"), body)) == 200
    assert counted(capsys, "chatwoot_webhook") == ["ignored"]
    assert nothing_is_queued(aws)


def test_every_sample_of_the_release_is_told_or_counted() -> None:
    assert {path.parent.name for path in SAMPLES.glob("*/body")} == {
        *TOLD,
        *COUNTED,
        "contact_updated_activity_only",
    }


def test_an_unknown_event_is_counted_without_its_body(
    aws: Aws, event: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    put_office()
    body = b'{"event":"conversation_merged","account":{"id":7},"contact_inbox":{"pubsub_token":"secret-of-a-contact"}}'
    assert post("chatwoot_webhook", signed(event("chatwoot_webhook", "contact_updated"), body)) == 200
    printed = capsys.readouterr().out
    assert "unknown_event" in printed
    assert "secret-of-a-contact" not in printed
    assert nothing_is_queued(aws)


def test_the_plans_own_form_is_queued_as_the_releases(aws: Aws, event: Load) -> None:
    put_office()
    message = {"id": 456, "content": "Sim", "conversation_id": 123, "message_type": "incoming"}
    body = json.dumps({"event": "message.created", "data": {"message": message}}).encode()
    assert post("chatwoot_webhook", signed(event("chatwoot_webhook", "contact_updated"), body)) == 200
    (queued,) = aws.messages("CHATWOOT_EVENTS")
    assert (queued["kind"], queued["source_id"]) == ("message_created", "message_created|456")
    assert queued["conversation"] == f"{TENANT}|conversation|123"


def test_the_longest_text_goes_by_the_bucket(aws: Aws, event: Load) -> None:
    put_office()
    tree = json.loads((SAMPLES / "message_created" / "body").read_bytes())
    tree["content"] = "\U0001f600" * 150_000
    body = json.dumps(tree, ensure_ascii=False).encode()
    assert post("chatwoot_webhook", signed(event("chatwoot_webhook", "contact_updated"), body)) == 200
    (queued,) = aws.messages("CHATWOOT_EVENTS")
    assert queued["payload"] == {}
    kept = json.loads(aws.s3.get_object(Bucket=aws.bucket, Key=queued["claim"]["key"])["Body"].read())
    assert kept["content"] == tree["content"]


def test_a_release_that_signs_nothing_comes_in_by_the_secret_in_its_address(aws: Aws, event: Load) -> None:
    put_office()
    assert post("chatwoot_webhook", event("chatwoot_webhook", "contact_updated_unsigned")) == 200
    (queued,) = aws.messages("CHATWOOT_EVENTS")
    assert PATH_SECRET not in json.dumps(queued)


@pytest.mark.parametrize(
    ("function", "case", "name"),
    [
        ("zattar_webhook", "cliente_updated", "on_zattar_event/cliente_updated"),
        ("chatwoot_webhook", "contact_updated", "on_chatwoot_event/contact_updated"),
        ("chatwoot_webhook", "message_created", "on_chatwoot_event/message_created"),
    ],
)
def test_the_event_to_try_a_worker_with_is_what_the_door_queues(
    aws: Aws, event: Load, function: str, case: str, name: str
) -> None:
    put_office()
    post(function, event(function, case))
    (queued,) = aws.messages(function.replace("webhook", "EVENTS").upper())
    attributes = queued.pop("attributes")
    (record,) = event(*name.split("/"))["Records"]
    assert json.loads(record["body"]) == queued
    assert record["attributes"]["MessageGroupId"] == attributes["MessageGroupId"]
    assert record["attributes"]["MessageDeduplicationId"] == attributes["MessageDeduplicationId"]


@pytest.mark.parametrize(
    ("function", "case", "result"),
    [
        ("zattar_webhook", "wrong_secret", "secret_mismatch"),
        ("chatwoot_webhook", "forged", "signature_mismatch"),
        ("chatwoot_webhook", "wrong_path_secret", "signature_mismatch"),
    ],
)
def test_with_a_wrong_secret_nobody_gets_in(
    aws: Aws, event: Load, capsys: pytest.CaptureFixture[str], function: str, case: str, result: str
) -> None:
    put_office()
    assert post(function, event(function, case)) == 401
    assert counted(capsys, function) == [result]
    assert nothing_is_queued(aws)


@pytest.mark.parametrize(
    ("function", "case"), [("zattar_webhook", "cliente_updated"), ("chatwoot_webhook", "contact_updated")]
)
def test_an_unknown_office_is_not_there(
    aws: Aws, event: Load, capsys: pytest.CaptureFixture[str], function: str, case: str
) -> None:
    assert post(function, event(function, case)) == 404
    assert counted(capsys, function) == ["office_unknown"]
    assert nothing_is_queued(aws)


def test_an_office_without_chatwoot_lets_no_contact_in(aws: Aws, event: Load) -> None:
    put_office(connected=False)
    assert post("chatwoot_webhook", event("chatwoot_webhook", "contact_updated")) == 401
    assert post("zattar_webhook", event("zattar_webhook", "cliente_updated")) == 200


@pytest.mark.parametrize("missing", ["x-chatwoot-signature", "x-chatwoot-timestamp", "x-ponte-secret"])
def test_without_proof_nobody_gets_in(aws: Aws, event: Load, missing: str) -> None:
    put_office()
    function, case = (
        ("zattar_webhook", "cliente_updated")
        if missing == "x-ponte-secret"
        else ("chatwoot_webhook", "contact_updated")
    )
    bare = event(function, case)
    bare["headers"].pop(missing)
    assert post(function, bare) == 401
    assert nothing_is_queued(aws)


def test_a_signature_of_an_hour_ago_is_refused(aws: Aws, event: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    put_office()
    monkeypatch.setattr(Stopped, "now_ms", lambda _self: SENT_MS + 3_600_000)
    assert post("chatwoot_webhook", event("chatwoot_webhook", "contact_updated")) == 401


def test_another_accounts_contact_is_answered_and_goes_nowhere(
    aws: Aws, event: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    put_office()
    assert post("chatwoot_webhook", event("chatwoot_webhook", "foreign_account")) == 200
    assert counted(capsys, "chatwoot_webhook") == ["foreign_account"]
    assert nothing_is_queued(aws)


@pytest.mark.parametrize(
    ("function", "case", "result"),
    [
        ("zattar_webhook", "malformed", "malformed"),
        ("zattar_webhook", "other_table", "ignored"),
        ("chatwoot_webhook", "malformed", "malformed"),
        ("chatwoot_webhook", "activity_only", "noise"),
    ],
)
def test_what_is_genuine_and_nothing_to_us_is_answered_and_counted(
    aws: Aws, event: Load, capsys: pytest.CaptureFixture[str], function: str, case: str, result: str
) -> None:
    put_office()
    assert post(function, event(function, case)) == 200
    assert counted(capsys, function) == [result]
    assert nothing_is_queued(aws)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"event":[]}'], ids=repr)
def test_genuine_nonsense_is_answered_200_and_queues_nothing(aws: Aws, event: Load, body: bytes) -> None:
    put_office()
    assert post("chatwoot_webhook", signed(event("chatwoot_webhook", "contact_updated"), body)) == 200
    given = event("zattar_webhook", "cliente_updated")
    given |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    assert post("zattar_webhook", given) == 200
    assert nothing_is_queued(aws)


@pytest.mark.parametrize(
    ("function", "case"), [("zattar_webhook", "cliente_updated"), ("chatwoot_webhook", "contact_updated")]
)
def test_a_body_over_3_mb_is_refused_before_anything_is_read(
    aws: Aws, event: Load, monkeypatch: pytest.MonkeyPatch, function: str, case: str
) -> None:
    monkeypatch.setenv("CORE_TABLE", "no-such-table")
    assert post(function, event(function, case) | {"body": "x" * (LIMIT + 1)}) == 413


@pytest.mark.parametrize(
    "path",
    ["/webhooks/zattar/", "/webhooks/zattar/UPPER", "/webhooks/zattar/a/b", "/webhooks/zattar/" + "a" * 41],
)
def test_an_address_that_names_no_office_is_404(aws: Aws, event: Load, path: str) -> None:
    assert post("zattar_webhook", event("zattar_webhook", "cliente_updated") | {"rawPath": path}) == 404


def test_a_secret_that_was_just_replaced_opens_once_the_office_is_read_again(
    aws: Aws, event: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_office(chatwoot(secrets=("the-old-one",)))
    handler = app("chatwoot_webhook").handler
    assert handler(event("chatwoot_webhook", "contact_updated"), Context())["statusCode"] == 401
    put_office()
    monkeypatch.setattr(Stopped, "now_ms", lambda _self: SENT_MS + 11_000)
    assert handler(event("chatwoot_webhook", "contact_updated"), Context())["statusCode"] == 200


def test_when_sqs_refuses_the_event_is_spilled_still_answered_200_and_swept_in(
    aws: Aws, event: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_office()
    with monkeypatch.context() as broken:
        broken.setenv("ZATTAR_EVENTS_QUEUE_URL", aws.urls["ZATTAR_EVENTS"] + "-gone")
        wiring.settings.cache_clear()
        assert post("zattar_webhook", event("zattar_webhook", "cliente_updated")) == 200
    (stored,) = aws.s3.list_objects_v2(Bucket="store", Prefix="spill/")["Contents"]
    assert stored["Key"].startswith("spill/zattar_events/")
    wiring.settings.cache_clear()
    wiring.queue.cache_clear()
    assert app("sweep_spill").handler(event("sweep_spill", "schedule"), Context()) == {"sent": 1, "left": 0}
    assert len(aws.messages("ZATTAR_EVENTS")) == 1


def test_an_offices_secrets_are_stored_as_ciphertext(aws: Aws) -> None:
    put_office()
    raw = json.dumps(aws.dynamodb.scan(TableName="core")["Items"], default=str)
    secrets = (DATABASE_SECRET, SIGNING_SECRET, PATH_SECRET, SERVICE_KEY, API_TOKEN)
    assert not [secret for secret in secrets if secret in raw]
