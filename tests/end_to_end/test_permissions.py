"""Least privilege, proved: each function's own role tries everything, and the emulator's IAM lets it do only its part.

A row says what a function may do; whatever is not in its row must be denied. `owner` marks what nobody may ever do.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.end_to_end.conftest import Sandbox

pytestmark = pytest.mark.end_to_end

WORKER = {
    "read Core",
    "write Core",
    "read Message",
    "write Message",
    "use State",
    "read secret",
    "use key",
    "open secrets",
    "get claim",
    "put claim",
}
OFFICE_WORKER = {
    "read Core",
    "write Core",
    "read Message",
    "write Message",
    "use State",
    "use key",
    "open secrets",
    "get claim",
}
SEND_ALL = {
    "send whatsapp events",
    "send statuses",
    "send bitrix24 events",
    "send zattar events",
    "send chatwoot events",
}
FILES = {"get media", "put media"}
MATRIX: dict[str, set[str]] = {
    "meta_webhook": {"send whatsapp events", "send statuses", "read secret", "put spill", "put claim"},
    "bitrix24_webhook": {
        "read Core",
        "write Core",
        "use State",
        "send bitrix24 events",
        "read secret",
        "use key",
        "open secrets",
        "put spill",
        "put claim",
    },
    "bitrix24_install": {
        "read Core",
        "write Core",
        "use State",
        "send bitrix24 events",
        "read secret",
        "use key",
        "open secrets",
        "put spill",
        "put claim",
    },
    "zattar_webhook": {"read Core", "send zattar events", "open secrets", "put spill", "put claim"},
    "chatwoot_webhook": {"read Core", "send chatwoot events", "open secrets", "put spill", "put claim"},
    "api": {
        "read Core",
        "write Core",
        "read Message",
        "use State",
        "send zattar events",
        "use key",
        "open secrets",
        "put spill",
        "put claim",
    },
    "people_api": {"read Core", "write Core"},
    "health": {"ask queues", "describe Core"},
    "on_whatsapp_event": WORKER | FILES | {"receive whatsapp events", "send bitrix24 events", "put spill"},
    "on_whatsapp_status": WORKER | {"receive statuses"},
    # the scans: erasing a portal's data after an uninstallation
    "on_bitrix24_event": WORKER | FILES | {"receive bitrix24 events", "scan Core", "scan Message"},
    "on_zattar_event": OFFICE_WORKER | {"receive zattar events"},
    "on_chatwoot_event": OFFICE_WORKER | {"receive chatwoot events"},
    "refresh_bitrix24_tokens": {"read Core", "write Core", "read secret", "use key", "open secrets"},
    "sweep_spill": SEND_ALL | {"get spill", "delete spill"},
    "heal_gaps": {
        "read Core",
        "write Core",
        "read Message",
        "write Message",
        "use State",
        "read secret",
        "use key",
        "open secrets",
        *SEND_ALL,
        "get spill",
        "delete spill",
        "put spill",
        "put claim",
    },
}
# Rights that a job keeps for the part of it that is not there yet may be granted; they are no one else's.
MAY: dict[str, set[str]] = {
    "health": {"read Core"},
    "sweep_spill": {"put spill"},
    "on_whatsapp_event": {"ask queues"},
    "on_whatsapp_status": {"put spill", "ask queues"},
    "on_bitrix24_event": {"put spill", "ask queues"},
}


@dataclass
class Role:
    """What one function's credentials can reach."""

    environment: dict[str, str]
    credentials: dict[str, str]
    secret: bytes

    def client(self, service: str) -> Any:
        make: Any = boto3.client
        return make(
            service, endpoint_url=self.environment["AWS_ENDPOINT_URL"], region_name="sa-east-1", **self.credentials
        )

    def table(self, name: str) -> dict[str, Any]:
        return {"TableName": self.environment[f"{name}_TABLE"], "Key": {"pk": {"S": "none"}, "sk": {"S": "none"}}}

    def attempts(self) -> dict[str, Callable[[], Any]]:
        env = self.environment
        dynamodb, sqs, s3 = self.client("dynamodb"), self.client("sqs"), self.client("s3")
        names = {
            "whatsapp events": "WHATSAPP_EVENTS",
            "statuses": "WHATSAPP_STATUSES",
            "bitrix24 events": "BITRIX24_EVENTS",
            "zattar events": "ZATTAR_EVENTS",
            "chatwoot events": "CHATWOOT_EVENTS",
        }
        tries: dict[str, Callable[[], Any]] = {}
        for label, name in names.items():
            url = env[f"{name}_QUEUE_URL"]
            fifo = {} if label == "statuses" else {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
            entry = {"Id": "0", "MessageBody": "{}", **fifo}  # as our functions send: in batches
            tries[f"send {label}"] = lambda url=url, entry=entry: sqs.send_message_batch(QueueUrl=url, Entries=[entry])
            tries[f"receive {label}"] = lambda url=url: sqs.receive_message(QueueUrl=url)
            tries[f"purge {label}"] = lambda url=url: sqs.purge_queue(QueueUrl=url)
        for label in ("Core", "Message", "State", "Audit"):
            key = self.table(label.upper())
            if label != "State":
                tries[f"read {label}"] = lambda key=key: dynamodb.get_item(**key)
            tries[f"{'use' if label == 'State' else 'write'} {label}"] = lambda key=key: dynamodb.update_item(
                **key, UpdateExpression="SET a = :a", ExpressionAttributeValues={":a": {"S": "x"}}
            )
            tries[f"drop {label}"] = lambda key=key: dynamodb.delete_table(TableName=key["TableName"])
            tries[f"scan {label}"] = lambda key=key: dynamodb.scan(TableName=key["TableName"])
        bucket = env["STORE_BUCKET"]
        for folder in ("spill", "claim", "media", "elsewhere"):
            where = {"Bucket": bucket, "Key": f"{folder}/permission-check"}
            tries[f"put {folder}"] = lambda where=where: s3.put_object(**where, Body=b"x")
            tries[f"get {folder}"] = lambda where=where: s3.get_object(**where)
            tries[f"delete {folder}"] = lambda where=where: s3.delete_object(**where)
        context = {"tenant": "t", "field": "access_token"}
        queue = env["WHATSAPP_EVENTS_QUEUE_URL"]
        tries |= {
            "describe Core": lambda: dynamodb.describe_table(TableName=env["CORE_TABLE"]),
            "ask queues": lambda: sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"]),
            "use key": lambda: self.client("kms").encrypt(
                KeyId=env["DATA_KEY_ARN"], Plaintext=b"x", EncryptionContext=context
            ),
            "open secrets": lambda: self.client("kms").decrypt(CiphertextBlob=self.secret, EncryptionContext=context),
            "drop key": lambda: self.client("kms").schedule_key_deletion(KeyId=env["DATA_KEY_ARN"]),
            "read secret": lambda: self.client("secretsmanager").get_secret_value(SecretId=env["APP_SECRET_ARN"]),
            "change secret": lambda: self.client("secretsmanager").put_secret_value(
                SecretId=env["APP_SECRET_ARN"], SecretString="x"
            ),
            "list roles": lambda: self.client("iam").list_roles(),
            "change functions": lambda: self.client("lambda").update_function_configuration(
                FunctionName="health", Timeout=900
            ),
        }
        return tries


def allowed(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return "AccessDenied" not in code and code not in ("403", "Forbidden")
    return True


@pytest.fixture
def role(running: Sandbox, request: pytest.FixtureRequest) -> Role:
    environment = json.loads((running.folder / "operator.json").read_text())["environment"]
    root = {name: environment[f"AWS_{name.upper()}"] for name in ("access_key_id", "secret_access_key")}
    make: Any = boto3.client
    named = {f"aws_{name}": value for name, value in root.items()}
    where = {"endpoint_url": environment["AWS_ENDPOINT_URL"], "region_name": "sa-east-1", **named}
    arn = make("lambda", **where).get_function_configuration(FunctionName=request.param)["Role"]
    given = make("sts", **where).assume_role(RoleArn=arn, RoleSessionName="matrix")["Credentials"]
    credentials = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    context = {"tenant": "t", "field": "access_token"}
    shut = make("kms", **where).encrypt(KeyId=environment["DATA_KEY_ARN"], Plaintext=b"x", EncryptionContext=context)
    return Role(environment, credentials, shut["CiphertextBlob"])


@pytest.mark.parametrize(("role", "function"), [(name, name) for name in MATRIX], indirect=["role"], ids=list(MATRIX))
def test_a_function_may_do_its_part_and_nothing_else(role: Role, function: str) -> None:
    can = {name for name, attempt in role.attempts().items() if allowed(attempt)}
    assert MATRIX[function] <= can, "denied, though needed"
    assert can <= MATRIX[function] | MAY.get(function, set()), "allowed, though not needed"
