"""Meta's signature over raw bytes, and the question before a subscription."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.errors import SignatureMismatch
from ponte.whatsapp import signatures

SAMPLES = Path(__file__).parents[2] / "samples" / "whatsapp"
SECRET = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
VECTORS = json.loads((SAMPLES / "signature_vectors.json").read_text())["vectors"]
EVENTS = sorted(path.parent.name for path in SAMPLES.glob("*/body"))
BODY = b'{"entry":[]}'


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("vector", VECTORS, ids=[each["name"] for each in VECTORS])
def test_vectors_are_judged_as_recorded(vector: dict[str, Any]) -> None:
    body = base64.b64decode(vector["body_base64"])
    if vector["valid"]:
        signatures.verify(body, vector["x_hub_signature_256"], [vector["app_secret"]])
    else:
        with pytest.raises(SignatureMismatch):
            signatures.verify(body, vector["x_hub_signature_256"], [vector["app_secret"]])


@pytest.mark.parametrize("event", EVENTS)
def test_every_sample_carries_a_valid_signature(event: str) -> None:
    headers = json.loads((SAMPLES / event / "headers.json").read_text())
    signatures.verify((SAMPLES / event / "body").read_bytes(), headers["x-hub-signature-256"], [SECRET])


@pytest.mark.parametrize("secrets", [[SECRET, OTHER], [OTHER, SECRET]], ids=["first", "second"])
def test_either_of_two_secrets_is_valid_during_a_rotation(secrets: list[str]) -> None:
    signatures.verify(BODY, signed(BODY), secrets)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        "sha256",
        signed(BODY)[:-1],
        signed(BODY) + "0",
        signed(BODY).upper(),
        signed(BODY).replace("sha256=", "sha1="),
        signed(BODY).removeprefix("sha256="),
        " " + signed(BODY),
        signed(BODY) + "," + signed(BODY),
        signed(BODY, OTHER),
        signed(BODY + b" "),
        "sha256=ção",
        "sha256=\ud800",
    ],
)
def test_any_other_header_is_refused(header: str | None) -> None:
    with pytest.raises(SignatureMismatch):
        signatures.verify(BODY, header, [SECRET])


def test_a_list_of_headers_is_refused() -> None:
    with pytest.raises(SignatureMismatch):
        signatures.verify(BODY, [signed(BODY)], [SECRET])  # type: ignore[arg-type]


@pytest.mark.parametrize("secrets", [[], [""]], ids=["none", "empty"])
def test_without_a_secret_nobody_is_believed(secrets: list[str]) -> None:
    with pytest.raises(SignatureMismatch):
        signatures.verify(BODY, signed(BODY, ""), secrets)


@given(st.binary(min_size=1, max_size=200), st.integers(min_value=0), st.integers(min_value=0, max_value=7))
def test_one_flipped_bit_of_the_body_is_noticed(body: bytes, place: int, bit: int) -> None:
    changed = bytearray(body)
    changed[place % len(body)] ^= 1 << bit
    with pytest.raises(SignatureMismatch):
        signatures.verify(bytes(changed), signed(body), [SECRET])


QUESTION = {"hub.mode": "subscribe", "hub.verify_token": "segredo", "hub.challenge": "1158201444"}


def test_the_challenge_is_answered_bare() -> None:
    assert signatures.verify_challenge(QUESTION, ["segredo"]) == "1158201444"


def test_either_of_two_verify_tokens_is_valid() -> None:
    assert signatures.verify_challenge(QUESTION, ["outro", "segredo"]) == "1158201444"


@pytest.mark.parametrize(
    "change",
    [
        {"hub.mode": "unsubscribe"},
        {"hub.mode": "subscribe,subscribe"},
        {"hub.mode": None},
        {"hub.mode": ["subscribe"]},
        {"hub.verify_token": "Segredo"},
        {"hub.verify_token": ""},
        {"hub.verify_token": None},
        {"hub.verify_token": ["segredo"]},
        {"hub.verify_token": {"0": "segredo"}},
        {"hub.verify_token": "segredo\ud800"},
        {"hub.challenge": ""},
        {"hub.challenge": None},
        {"hub.challenge": ["1"]},
        {"hub.challenge": "1,2"},
        {"hub.challenge": "1" * 257},
        {"hub.challenge": "<script>"},
        {"hub.challenge": "1\n2"},
        {"hub.challenge": 1158201444},
    ],
    ids=str,
)
def test_any_other_question_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(SignatureMismatch):
        signatures.verify_challenge({**QUESTION, **change}, ["segredo"])


@pytest.mark.parametrize("name", list(QUESTION))
def test_a_missing_parameter_is_refused(name: str) -> None:
    query = {key: value for key, value in QUESTION.items() if key != name}
    with pytest.raises(SignatureMismatch):
        signatures.verify_challenge(query, ["segredo"])


@pytest.mark.parametrize("tokens", [[], [""]], ids=["none", "empty"])
def test_without_a_verify_token_nobody_may_subscribe(tokens: list[str]) -> None:
    with pytest.raises(SignatureMismatch):
        signatures.verify_challenge({**QUESTION, "hub.verify_token": ""}, tokens)
