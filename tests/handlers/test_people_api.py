"""The API of merges through its Lambda envelope: with what the template gives it, and no more."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ponte.mappings import MemberId, Number, PhoneNumberId
from ponte.people.callers import caller
from ponte.runtime import wiring
from ponte.storage.directory import NUMBER_RATE, PAIR_RATE
from tests.handlers.conftest import Aws, Context, app
from tests.handlers.test_office_workers import calls_to_aws

NUMBER = Number(PhoneNumberId("1065"), "1022", "+55 11 5078-3881", MemberId("m1"), "ponte", 7, NUMBER_RATE, PAIR_RATE)
PHONE, BSUID = "5531988776655", "BR.20558713390021774410"
GRANTED = {  # as in the template; tests/template/test_permissions.py
    *(("dynamodb", each, "core") for each in ("GetItem", "PutItem", "Query", "UpdateItem")),
    ("dynamodb", "BatchGetItem", ""),
    ("dynamodb", "PutItem", "audit"),
}


@pytest.fixture
def clash(aws: Aws) -> None:
    means = wiring.means()
    means.directory.save_number(NUMBER)
    for at, (wa_id, user_id) in enumerate([(PHONE, ""), ("", BSUID), (PHONE, BSUID)]):
        means.conversations.resolve(NUMBER, caller(wa_id, user_id, "", "Maria"), 1_000 + at, f"event {at}")


def test_a_merge_is_made_and_undone_with_what_the_template_grants(
    clash: None, event: Callable[[str, str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MESSAGE_TABLE", "STATE_TABLE", "STORE_BUCKET", "DATA_KEY_ARN", "APP_SECRET_ARN", "PUBLIC_BASE_URL"):
        monkeypatch.delenv(name)
    for name in wiring.QUEUES:
        monkeypatch.delenv(f"{name.upper()}_QUEUE_URL")
    for made in vars(wiring).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()
    sample = event("people_api", "sugestoes")

    def call(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        context = {**sample["requestContext"], "http": {"method": method, "path": path}}
        changed = {**sample, "rawPath": path, "requestContext": context, "body": body and json.dumps(body)}
        changed["headers"] = {**sample["headers"], "content-type": "application/json"}
        answer = app("people_api").handler(changed, Context())
        return answer["statusCode"], json.loads(answer["body"])

    with calls_to_aws(monkeypatch) as used:
        (suggestion,) = call("GET", "/pessoas/sugestoes")[1]["sugestoes"]
        assert call("POST", "/pessoas/unioes/previa", {"conflito": suggestion["conflito"]})[0] == 200
        status, made = call("POST", "/pessoas/unioes", {"conflito": suggestion["conflito"]})
        assert (status, made["por"]) == (201, "iam:arn:aws:sts::123456789012:assumed-role/Operators/maria")
        assert call("POST", f"/pessoas/unioes/{made['id']}/desfazer")[0] == 200
        assert call("POST", f"/pessoas/conflitos/{suggestion['conflito']}/separar")[0] == 200
    assert used <= GRANTED, used - GRANTED
