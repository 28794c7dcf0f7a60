"""AWS as moto shows it (single-threaded adapter tests only), and every function's app module by name."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ponte.runtime import wiring
from tests.tables import create_table

ROOT = Path(__file__).parents[2]
APP_SECRET = "0123456789abcdef0123456789abcdef"  # the samples are signed with it (tests/samples/whatsapp/README.md)
SECRETS = {
    "meta": {"app_secrets": [APP_SECRET], "verify_tokens": ["verify-token-of-the-tests"], "access_token": "EAA-test"},
    "bitrix24": {"client_id": "local.test", "client_secret": "secret"},
}


@dataclass
class Aws:
    """The pieces a test looks at."""

    sqs: Any
    dynamodb: Any
    s3: Any
    urls: dict[str, str]
    core: str
    bucket: str

    def messages(self, queue: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        url = self.urls[queue]
        while batch := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        ).get("Messages"):
            for message in batch:
                found.append({**json.loads(message["Body"]), "attributes": message["Attributes"]})
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found


def _forget() -> None:
    for made in vars(wiring).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        _forget()
        dynamodb, sqs, s3 = boto3.client("dynamodb"), boto3.client("sqs"), boto3.client("s3")
        for name in ("core", "message", "audit", "state"):
            create_table(dynamodb, name)
            monkeypatch.setenv(f"{name.upper()}_TABLE", name)
        s3.create_bucket(Bucket="store", CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
        monkeypatch.setenv("STORE_BUCKET", "store")
        urls = {}
        for name in wiring.QUEUES:
            queue, fifo = name.upper(), name != "whatsapp_statuses"
            attributes = {"FifoQueue": "true"} if fifo else {}
            created = sqs.create_queue(QueueName=f"{name}.fifo" if fifo else name, Attributes=attributes)
            urls[queue] = created["QueueUrl"]
            monkeypatch.setenv(f"{queue}_QUEUE_URL", urls[queue])
        key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
        monkeypatch.setenv("DATA_KEY_ARN", key)
        secret = boto3.client("secretsmanager").create_secret(Name="app", SecretString=json.dumps(SECRETS))
        monkeypatch.setenv("APP_SECRET_ARN", secret["ARN"])
        monkeypatch.setenv("PUBLIC_BASE_URL", "https://api.example")
        yield Aws(sqs, dynamodb, s3, urls, "core", "store")
    _forget()


@pytest.fixture
def event() -> Callable[[str, str], dict[str, Any]]:
    def load(function: str, case: str) -> dict[str, Any]:
        tree: dict[str, Any] = json.loads((ROOT / "events" / function / f"{case}.json").read_text())
        return tree

    return load


def app(function: str) -> ModuleType:
    """functions/<function>/app.py, imported afresh under a name of its own."""
    path = ROOT / "functions" / function / "app.py"
    spec = importlib.util.spec_from_file_location(f"app_of_{function}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Context:
    """What Lambda hands to a handler, as far as we read it."""

    def __init__(self, remaining_ms: int = 45_000) -> None:
        self._remaining_ms = remaining_ms

    def get_remaining_time_in_millis(self) -> int:
        return self._remaining_ms
