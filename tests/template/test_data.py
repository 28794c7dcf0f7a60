"""Tables, bucket, key and secret: what is kept, for how long, and who could read it."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.template.conftest import Template

KEPT = ("CoreTable", "MessageTable", "AuditTable")


@pytest.fixture
def tables(sam: "Template") -> dict[str, dict[str, Any]]:
    return sam.of_type("AWS::DynamoDB::Table")


def test_these_tables_are_all_and_cost_nothing_at_rest(tables: dict[str, Any]) -> None:
    assert set(tables) == {*KEPT, "StateTable"}
    assert {table["BillingMode"] for table in tables.values()} == {"PAY_PER_REQUEST"}


def test_every_table_has_pk_and_sk(tables: dict[str, Any]) -> None:
    key = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    assert all(table["KeySchema"] == key for table in tables.values())


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept_survives_the_stack_and_can_be_restored(
    name: str, sam: "Template", tables: dict[str, Any]
) -> None:
    resource = sam.resources[name]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert tables[name]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert tables[name]["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}


def test_state_goes_with_the_stack(sam: "Template") -> None:
    assert sam.resources["StateTable"]["DeletionPolicy"] == "Delete"


def test_core_never_expires_and_the_others_do(tables: dict[str, Any]) -> None:
    expires = {name: table.get("TimeToLiveSpecification") for name, table in tables.items()}
    limited = {"AttributeName": "expires_at", "Enabled": True}
    assert expires == {"CoreTable": None, "MessageTable": limited, "AuditTable": limited, "StateTable": limited}


@pytest.mark.parametrize(("name", "projection"), [("CoreTable", "ALL"), ("MessageTable", "KEYS_ONLY")])
def test_the_index_holds_what_its_readers_need(name: str, projection: str, tables: dict[str, Any]) -> None:
    (index,) = tables[name]["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "gsi1"
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["gsi1pk", "gsi1sk"]
    assert index["Projection"] == {"ProjectionType": projection}


def test_only_the_message_table_streams(tables: dict[str, Any]) -> None:
    streams = {name: table["StreamSpecification"] for name, table in tables.items() if "StreamSpecification" in table}
    assert streams == {"MessageTable": {"StreamViewType": "NEW_AND_OLD_IMAGES"}}


def test_the_bucket_is_private_encrypted_and_kept(sam: "Template") -> None:
    bucket = sam.resources["StoreBucket"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    properties = bucket["Properties"]
    assert all(properties["PublicAccessBlockConfiguration"].values())
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_the_bucket_refuses_what_is_not_tls(sam: "Template") -> None:
    (statement,) = sam.resources["StoreBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}


def test_spilled_messages_never_expire_and_the_rest_does(sam: "Template") -> None:
    rules = sam.resources["StoreBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    assert days == {"claim/": 35, "media/": 7}
    assert days["claim/"] > 30, "the ledger still names it for 30 days"


def test_the_key_is_kept_and_rotated(sam: "Template") -> None:
    key = sam.resources["DataKey"]
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert key["Properties"]["EnableKeyRotation"] is True


def test_nothing_retained_has_a_name_of_its_own(sam: "Template") -> None:
    """A second stack could not be made beside what the first one left."""
    named = {
        name
        for name, resource in sam.resources.items()
        if {"TableName", "BucketName", "QueueName", "FunctionName", "RoleName", "LogGroupName", "TopicName"}
        & set(resource.get("Properties", {}))
    }
    assert named == set()


def test_the_secret_is_the_json_that_functions_read(sam: "Template") -> None:
    pattern = sam.resources["AppSecret"]["Properties"]["SecretString"]["Fn::Sub"]
    assert json.loads(pattern) == {
        "meta": {
            "app_secrets": ["${MetaAppSecret}"],
            "verify_tokens": ["${MetaVerifyToken}"],
            "access_token": "${MetaAccessToken}",
        },
        "bitrix24": {"client_id": "${Bitrix24ClientId}", "client_secret": "${Bitrix24ClientSecret}"},
    }


SECRETS = ("MetaAppSecret", "MetaVerifyToken", "MetaAccessToken", "Bitrix24ClientId", "Bitrix24ClientSecret")


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_never_echoed_and_has_no_default(name: str, sam: "Template") -> None:
    parameter = sam.body["Parameters"][name]
    assert parameter["NoEcho"] is True
    assert "Default" not in parameter


@pytest.mark.parametrize("value", ["", 'a"b', "a\\b", "a b", "a\nb"])
def test_a_secret_that_would_break_the_json_is_refused(value: str, sam: "Template") -> None:
    assert {bool(re.fullmatch(sam.body["Parameters"][name]["AllowedPattern"], value)) for name in SECRETS} == {False}


def test_secrets_go_into_the_secret_and_nowhere_else(translated: Callable[[str], "Template"]) -> None:
    body = translated("prod").body
    users = {name for name, resource in body["Resources"].items() if any(s in json.dumps(resource) for s in SECRETS)}
    assert users == {"AppSecret"}
    assert not [secret for secret in SECRETS if secret in json.dumps(body["Outputs"])]
