"""The webhook doors through their Lambda envelopes: who gets in, what is queued, what is answered."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ponte.mappings import MemberId, Portal, Rate
from ponte.runtime import wiring
from ponte.storage.grants import Tokens
from tests.handlers.conftest import APP_SECRET, Aws, Context, app

type Load = Callable[[str, str], dict[str, Any]]
MEMBER = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TOKEN = "d5a1f6c0e9b84723a6c1e0f9b8d7c6a5"


def portal() -> Portal:
    return Portal(
        member_id=MemberId(MEMBER),
        domain="contoso.bitrix24.com.br",
        client_endpoint="https://contoso.bitrix24.com.br/rest/",
        server_endpoint="https://oauth.bitrix.info/rest/",
        application_token_hash=hashlib.sha256(TOKEN.encode()).hexdigest(),
        status="active",
        crm="contact",
        rate=Rate(2, 45),
        token_expires_at=2_000_000_000,
        version=0,
    )


def install(**changes: Any) -> None:
    wiring.means().grants.install(replace(portal(), **changes), Tokens("access", "refresh", 2_000_000_000))


def signed(event: dict[str, Any], body: bytes) -> dict[str, Any]:
    signature = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {**event["headers"], "x-hub-signature-256": f"sha256={signature}"}
    return {**event, "body": body.decode("utf-8", "surrogateescape"), "headers": headers}


@pytest.mark.parametrize("case", ["text", "text_base64"])
def test_a_signed_message_is_queued_once_in_its_customers_group(aws: Aws, event: Load, case: str) -> None:
    answer = app("meta_webhook").handler(event("meta_webhook", case), Context())
    assert answer["statusCode"] == 200
    (queued,) = aws.messages("WHATSAPP_EVENTS")
    assert (queued["kind"], queued["scope"]) == ("message", "106540352242922")
    assert "16505551234" not in queued["attributes"]["MessageGroupId"]


def test_every_message_and_status_of_a_batch_is_queued(aws: Aws, event: Load) -> None:
    app("meta_webhook").handler(event("meta_webhook", "batch"), Context())
    assert [m["payload"]["message"]["text"]["body"] for m in aws.messages("WHATSAPP_EVENTS")] == ["first", "other user"]
    assert [m["kind"] for m in aws.messages("WHATSAPP_STATUSES")] == ["status"]


@pytest.mark.parametrize(
    "header", [None, "", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "[]", "sha256=" + "é" * 32], ids=repr
)
def test_without_a_valid_signature_nothing_is_queued(aws: Aws, event: Load, header: str | None) -> None:
    forged = event("meta_webhook", "text")
    forged["headers"].pop("x-hub-signature-256")
    if header is not None:
        forged["headers"]["x-hub-signature-256"] = header
    assert app("meta_webhook").handler(forged, Context())["statusCode"] == 401
    assert aws.messages("WHATSAPP_EVENTS") == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"x"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"entry":{}}',
        b'{"entry":[1,null,{"changes":3}]}',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_signed_nonsense_is_answered_200_and_queues_nothing(aws: Aws, event: Load, body: bytes) -> None:
    import base64  # noqa: PLC0415

    nonsense = signed(event("meta_webhook", "text"), body)
    nonsense |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    assert app("meta_webhook").handler(nonsense, Context())["statusCode"] == 200
    assert aws.messages("WHATSAPP_EVENTS") == []


def test_a_body_over_3_mb_is_refused(aws: Aws, event: Load) -> None:
    big = signed(event("meta_webhook", "text"), b" " * (3 * 1024 * 1024 + 1))
    assert app("meta_webhook").handler(big, Context())["statusCode"] == 413


def test_the_verification_echoes_the_challenge_as_plain_text(aws: Aws, event: Load) -> None:
    answer = app("meta_webhook").handler(event("meta_webhook", "verification"), Context())
    assert (answer["statusCode"], answer["body"]) == (200, "1158201444")
    assert answer["headers"]["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        "hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1",
        "hub.mode=subscribe&hub.challenge=1",
        "hub.mode=unsubscribe&hub.verify_token=verify-token-of-the-tests&hub.challenge=1",
        "hub.mode=subscribe&hub.verify_token=verify-token-of-the-tests",
        "hub.mode=subscribe&hub.verify_token=verify-token-of-the-tests&hub.verify_token=x&hub.challenge=1",
        "hub.mode=subscribe&hub.verify_token[]=verify-token-of-the-tests&hub.challenge=1",
        "",
        "&".join(f"a{n}=1" for n in range(500)),
    ],
)
def test_any_other_verification_is_403(aws: Aws, event: Load, query: str) -> None:
    asked = event("meta_webhook", "verification") | {"rawQueryString": query}
    assert app("meta_webhook").handler(asked, Context())["statusCode"] == 403


def test_when_sqs_refuses_the_message_is_spilled_and_still_answered_200(
    aws: Aws, event: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHATSAPP_EVENTS_QUEUE_URL", aws.urls["WHATSAPP_EVENTS"] + "-gone")
    assert app("meta_webhook").handler(event("meta_webhook", "text"), Context())["statusCode"] == 200
    (stored,) = aws.s3.list_objects_v2(Bucket="store", Prefix="spill/")["Contents"]
    assert stored["Key"].startswith("spill/whatsapp_events/")


def test_when_sqs_and_s3_refuse_the_webhook_fails_so_that_meta_repeats_it(
    aws: Aws, event: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHATSAPP_EVENTS_QUEUE_URL", aws.urls["WHATSAPP_EVENTS"] + "-gone")
    monkeypatch.setenv("STORE_BUCKET", "no-such-bucket")
    with pytest.raises(Exception, match="NoSuchBucket"):
        app("meta_webhook").handler(event("meta_webhook", "text"), Context())


def test_an_operators_message_is_queued_in_its_chats_group(aws: Aws, event: Load) -> None:
    install()
    answer = app("bitrix24_webhook").handler(event("bitrix24_webhook", "operator_message"), Context())
    assert answer["statusCode"] == 200
    (queued,) = aws.messages("BITRIX24_EVENTS")
    assert (queued["kind"], queued["order"]) == ("OperatorMessage", 86497)
    assert TOKEN not in json.dumps(queued)


def test_a_wrong_application_token_queues_nothing(aws: Aws, event: Load) -> None:
    install()
    assert app("bitrix24_webhook").handler(event("bitrix24_webhook", "wrong_token"), Context())["statusCode"] == 401
    assert aws.messages("BITRIX24_EVENTS") == []


def test_an_unknown_portal_queues_nothing(aws: Aws, event: Load) -> None:
    refused = app("bitrix24_webhook").handler(event("bitrix24_webhook", "operator_message"), Context())
    assert refused["statusCode"] == 401


def test_a_portal_without_a_token_hash_lets_nobody_in(aws: Aws, event: Load) -> None:
    install(application_token_hash="")
    answer = app("bitrix24_webhook").handler(event("bitrix24_webhook", "operator_message"), Context())
    assert answer["statusCode"] == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("a" + "[b]" * 10_000 + "=1", 400),
        ("&".join(f"f{n}=1" for n in range(20_000)), 400),
        ("event=ONIMCONNECTORMESSAGEADD&auth[application_token][]=x&auth[member_id]=m", 401),
        ("", 401),
        ("[]", 401),
        ("{", 401),
    ],
    ids=["brackets", "fields", "array token", "empty", "json list", "broken json"],
)
def test_hostile_posts_are_refused_without_an_exception(aws: Aws, event: Load, body: str, status: int) -> None:
    hostile = event("bitrix24_webhook", "operator_message") | {"body": body, "isBase64Encoded": False}
    assert app("bitrix24_webhook").handler(hostile, Context())["statusCode"] in (status, 400)
    assert aws.messages("BITRIX24_EVENTS") == []


def test_tokens_are_stored_as_ciphertext(aws: Aws) -> None:
    wiring.means().grants.install(portal(), Tokens("clear-access", "clear-refresh", 2_000_000_000))
    raw = json.dumps(aws.dynamodb.scan(TableName="core")["Items"], default=str)
    assert "clear-access" not in raw
    assert "clear-refresh" not in raw
    assert TOKEN not in raw


def test_health_names_its_dependencies(aws: Aws, event: Load) -> None:
    answer = app("health").handler(event("health", "get"), Context())
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["status"]) == (200, "ok")
    assert set(body["dependencies"]) == {"database", *wiring.QUEUES}
    assert body["timestamp"].endswith("Z")


def test_health_is_degraded_when_a_dependency_is_gone(aws: Aws, event: Load) -> None:
    aws.dynamodb.delete_table(TableName="core")
    answer = app("health").handler(event("health", "get"), Context())
    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["dependencies"]["database"] == "down"


def test_an_opened_install_address_says_where_it_belongs(aws: Aws, event: Load) -> None:
    answer = app("bitrix24_install").handler(event("bitrix24_install", "opened_in_a_browser"), Context())
    assert answer["statusCode"] == 200
    assert "x-frame-options" not in {name.lower() for name in answer["headers"]}


@pytest.mark.parametrize("case", ["refresh_bitrix24_tokens", "sweep_spill"])
def test_a_schedule_with_nothing_to_do_does_nothing(aws: Aws, event: Load, case: str) -> None:
    counts = app(case).handler(event(case, "schedule"), Context())
    assert set(counts.values()) == {0}


def test_healing_with_nothing_to_heal_says_so(aws: Aws, event: Load) -> None:
    report = app("heal_gaps").handler(event("heal_gaps", "schedule"), Context(300_000))
    told = {name: value for name, value in report.items() if name not in ("at_ms", "took_ms")}
    assert {value for value in told.values() if type(value) is int} == {0}
    assert (report["complete"], report["dry_run"], report["busy"]) == (True, False, False)
    assert (report["uncheckable"], report["samples"], report["stopped"]) == ([], [], [])


def test_spilled_entries_are_queued_by_the_sweep_in_order(
    aws: Aws, event: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setenv("WHATSAPP_EVENTS_QUEUE_URL", aws.urls["WHATSAPP_EVENTS"] + "-gone")
        app("meta_webhook").handler(event("meta_webhook", "batch"), Context())
    for made in vars(wiring).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()
    assert app("sweep_spill").handler(event("sweep_spill", "schedule"), Context()) == {"sent": 2, "left": 0}
    assert len(aws.messages("WHATSAPP_EVENTS")) == 2
    assert "Contents" not in aws.s3.list_objects_v2(Bucket="store", Prefix="spill/")
