"""Where the command works: arguments, a sandbox's file, a stack's outputs."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.main import arranged, run
from cli.place import NotReachable, Place, QueuePair, occupy, sandbox_place, stack_place

ENVIRONMENT = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:8707",
    "CORE_TABLE": "core",
    "BITRIX24_EVENTS_QUEUE_URL": "http://q/b24.fifo",
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["doctor", "--json"], ["--json", "doctor"]),
        (["--sandbox", "doctor"], ["--sandbox=.sandbox", "doctor"]),
        (["doctor", "--sandbox"], ["--sandbox=.sandbox", "doctor"]),
        (["doctor", "--sandbox", "--json"], ["--sandbox=.sandbox", "--json", "doctor"]),
        (["doctor", "--sandbox", "/tmp/x"], ["--sandbox=/tmp/x", "doctor"]),
        (["--sandbox", "./x", "trace", "id"], ["--sandbox=./x", "trace", "id"]),
        (["--sandbox=x", "trace", "id"], ["--sandbox=x", "trace", "id"]),
        (["parked", "redrive", "--sandbox", "abc"], ["--sandbox=.sandbox", "parked", "redrive", "abc"]),
        (["parked", "list", "--stack", "s", "--region", "r"], ["--stack", "s", "--region", "r", "parked", "list"]),
        (["parked", "list", "--lang=en"], ["--lang=en", "parked", "list"]),
        (["trace", "--", "--json"], ["trace", "--", "--json"]),
        (["parked", "list", "--stack"], ["--stack", "parked", "list"]),
        ([], []),
    ],
)
def test_options_of_all_commands_may_stand_anywhere(given: list[str], expected: list[str]) -> None:
    assert arranged(given) == expected


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["doctor"], "--stack"),
        (["doctor", "--sandbox", "--stack", "x"], "--sandbox"),
        (["doctor", "--sandbox", "--region", "x"], "--region"),
        (["doctor", "--sandbox", "--lang", "tlh"], "pt-BR"),
        (["parked", "redrive", "--sandbox"], "--all"),
        (["parked", "redrive", "a", "--all", "--sandbox"], "--all"),
        (["dlq", "redrive", "--sandbox"], "--all"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    printed = capsys.readouterr()
    assert word in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("arguments", [["fly"], ["doctor", "--fast"], ["trace"], ["numbers", "put"]])
def test_what_typer_refuses_ends_with_2(arguments: list[str]) -> None:
    assert run([*arguments, "--sandbox"]) == 2


def write(folder: Path, name: str, tree: Any) -> None:
    (folder / name).write_text(tree if isinstance(tree, str) else json.dumps(tree))


def test_a_running_sandbox_is_its_operator_file(tmp_path: Path) -> None:
    write(tmp_path, "endpoints.json", {})
    dead = {"Bitrix24EventsDeadLetters": "http://q/b24-dead.fifo"}
    write(tmp_path, "operator.json", {"environment": ENVIRONMENT, "dead_letters": dead})
    place = sandbox_place(tmp_path)
    assert place.is_sandbox
    assert place.environment == ENVIRONMENT
    assert place.queues() == (QueuePair("Bitrix24Events", "http://q/b24.fifo", "http://q/b24-dead.fifo"),)


@pytest.mark.parametrize(
    ("files", "key"),
    [
        ({}, "cli.sandbox_not_running"),
        ({"operator.json": {"environment": ENVIRONMENT}}, "cli.sandbox_not_running"),
        ({"endpoints.json": {}}, "cli.sandbox_file_unreadable"),
        ({"endpoints.json": {}, "operator.json": "{"}, "cli.sandbox_file_unreadable"),
        ({"endpoints.json": {}, "operator.json": "[]"}, "cli.sandbox_file_unreadable"),
        ({"endpoints.json": {}, "operator.json": {"environment": []}}, "cli.sandbox_file_unreadable"),
        ({"endpoints.json": {}, "operator.json": {"environment": {}}}, "cli.sandbox_not_local"),
        (
            {"endpoints.json": {}, "operator.json": {"environment": {"AWS_ENDPOINT_URL": "https://sqs.aws.example"}}},
            "cli.sandbox_not_local",
        ),
        (
            {"endpoints.json": {}, "operator.json": {"environment": {"AWS_ENDPOINT_URL": "http://127.0.0.1.evil.io"}}},
            "cli.sandbox_not_local",
        ),
    ],
)
def test_a_sandbox_that_cannot_be_entered(tmp_path: Path, files: dict[str, Any], key: str) -> None:
    for name, tree in files.items():
        write(tmp_path, name, tree)
    with pytest.raises(NotReachable) as refused:
        sandbox_place(tmp_path)
    assert refused.value.key == key


def test_a_sandbox_that_does_not_run_is_told_as_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json", f"--sandbox={tmp_path}"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["error"] == "sandbox_not_running"
    assert "make run" in answer["sentence"]


class CloudFormation:
    """Answers with `stack`, or as CloudFormation does when there is none."""

    def __init__(self, stack: dict[str, Any] | None, code: str = "ValidationError") -> None:
        self.stack = stack
        self.code = code

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803  # boto3's spelling
        if self.stack is None:
            raise ClientError({"Error": {"Code": self.code, "Message": StackName}}, "DescribeStacks")
        return {"Stacks": [self.stack]}


def stack(outputs: dict[str, str], parameters: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "StackStatus": "CREATE_COMPLETE",
        "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in (parameters or {}).items()],
    }


def test_a_stack_is_its_outputs_and_parameters() -> None:
    outputs = {
        "CoreTableName": "core-x",
        "BaseUrl": "https://api.example",
        "WhatsappEventsQueueUrl": "https://q/wa.fifo",
        "WhatsappEventsDeadLettersUrl": "https://q/wa-dead.fifo",
        "DashboardUrl": "https://console.example",
    }
    parameters = {"Stage": "prod", "ConnectorId": "ponte_two", "MetaAppSecret": "****"}
    place = stack_place(CloudFormation(stack(outputs, parameters)), "ponte-prod", "sa-east-1")
    assert not place.is_sandbox
    assert place.environment == {
        "CORE_TABLE": "core-x",
        "PUBLIC_BASE_URL": "https://api.example",
        "WHATSAPP_EVENTS_QUEUE_URL": "https://q/wa.fifo",
        "WHATSAPP_EVENTS_DEAD_LETTERS_QUEUE_URL": "https://q/wa-dead.fifo",
        "STAGE": "prod",
        "CONNECTOR_ID": "ponte_two",
        "AWS_REGION": "sa-east-1",
        "AWS_DEFAULT_REGION": "sa-east-1",
    }
    assert place.queues() == (QueuePair("WhatsappEvents", "https://q/wa.fifo", "https://q/wa-dead.fifo"),)


def test_every_output_that_is_read_is_one_of_the_template() -> None:
    template = (Path(__file__).parents[2] / "template.yaml").read_text()
    outputs = template[template.index("\nOutputs:") :]
    place = stack_place(CloudFormation(stack({"CoreTableName": "x"})), "s", "")
    assert place.queues() == ()
    for name in ("CoreTableName", "BaseUrl", "AppSecretArn", "DataKeyArn", "StoreBucketName"):
        assert f"\n  {name}:\n" in outputs
    for queue in ("WhatsappEvents", "WhatsappStatuses", "Bitrix24Events", "ZattarEvents", "ChatwootEvents"):
        assert f"\n  {queue}QueueUrl:\n" in outputs
        assert f"\n  {queue}DeadLettersUrl:\n" in outputs


def test_a_stack_that_is_not_there_or_not_ours() -> None:
    with pytest.raises(NotReachable) as refused:
        stack_place(CloudFormation(None), "nope", "")
    assert refused.value.key == "cli.stack_not_found"
    with pytest.raises(NotReachable) as refused:
        stack_place(CloudFormation(stack({})), "other", "")
    assert refused.value.key == "cli.stack_not_ponte"


def test_a_refused_credential_is_not_taken_for_a_missing_stack() -> None:
    with pytest.raises(ClientError):
        stack_place(CloudFormation(None, "AccessDenied"), "ponte-dev", "")


def test_the_shells_own_settings_do_not_mix_with_the_place() -> None:
    shell = {"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "t", "PONTE_EGRESS_URL": "http://127.0.0.1:1", "HOME": "/h"}
    in_sandbox = dict(shell)
    occupy(Place("s", True, ENVIRONMENT), in_sandbox)
    assert "AWS_PROFILE" not in in_sandbox
    assert "AWS_SESSION_TOKEN" not in in_sandbox
    assert in_sandbox["CORE_TABLE"] == "core"
    in_stack = dict(shell)
    occupy(Place("s", False, {"CORE_TABLE": "x"}), in_stack)
    assert "PONTE_EGRESS_URL" not in in_stack
    assert in_stack["AWS_PROFILE"] == "work"
