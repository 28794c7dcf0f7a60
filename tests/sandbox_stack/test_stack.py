"""The stack in the emulator: a scenario goes in whole, and what was there before has no further effect."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox import deploy
from sandbox.emulator import Emulator, EmulatorError
from sandbox.front import Front
from sandbox.scenario import Scenario, load
from sandbox.settings import HOST, from_environment
from sandbox.stack import SandboxStack

pytestmark = pytest.mark.end_to_end
PORT = 18900
NUMBER, MEMBER = "106540352242922", "portal-a"
SLOW = """
import os, time
def handler(event, context):
    open(os.environ["STARTED"], "w").close()
    while not os.path.exists(os.environ["RELEASED"]):
        time.sleep(0.01)
"""
TABLE = """
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: S}
        - {AttributeName: gsi1pk, AttributeType: S}
        - {AttributeName: gsi1sk, AttributeType: S}
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: gsi1
          KeySchema: [{AttributeName: gsi1pk, KeyType: HASH}, {AttributeName: gsi1sk, KeyType: RANGE}]
          Projection: {ProjectionType: ALL}
"""


def template(folder: Path) -> Path:
    (folder / "functions" / "heal_gaps").mkdir(parents=True)
    (folder / "functions" / "heal_gaps" / "app.py").write_text(SLOW, encoding="utf-8")
    tables = "".join(f"  {name}:{TABLE}" for name in ("CoreTable", "MessageTable"))
    path = folder / "template.yaml"
    path.write_text(
        f"""
Transform: AWS::Serverless-2016-10-31
Resources:
{tables}
  StoreBucket: {{Type: AWS::S3::Bucket}}
  DataKey: {{Type: AWS::KMS::Key, Properties: {{Enabled: true}}}}
  AppSecret: {{Type: AWS::SecretsManager::Secret, Properties: {{SecretString: '{{}}'}}}}
  WhatsappEventsQueue: {{Type: AWS::SQS::Queue, Properties: {{FifoQueue: true, VisibilityTimeout: 270}}}}
  WhatsappEventsDeadLetters: {{Type: AWS::SQS::Queue, Properties: {{FifoQueue: true}}}}
  HealGapsFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/heal_gaps
      Handler: app.handler
      Runtime: python3.13
      Timeout: 60
      Environment: {{Variables: {{STARTED: {folder}/started, RELEASED: {folder}/released}}}}
""",
        encoding="utf-8",
    )
    return path


class Rig:
    def __init__(self, folder: Path) -> None:
        settings = from_environment({"SANDBOX_PORT": str(PORT), "SANDBOX_DIR": str(folder / "sandbox")})
        settings = replace(settings, template=template(folder))
        self.folder = folder
        self.emulator = Emulator(settings)
        self.front = Front(HOST, 0, (HOST, settings.port("emulator")))
        self.front.start()
        self.emulator.start()
        self.deployed = deploy.deploy(settings, self.emulator)
        deploy.wait_for_functions(self.emulator, self.deployed)
        self.stack = SandboxStack(self.emulator, self.deployed, self.front)

    def stop(self) -> None:
        self.emulator.stop()
        self.front.stop()

    def queue(self) -> str:
        return self.deployed.queues()["WhatsappEventsQueue"]

    def send(self) -> None:
        self.emulator.client("sqs").send_message(
            QueueUrl=self.queue(), MessageBody="{}", MessageGroupId="g", MessageDeduplicationId="wamid"
        )


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    made = Rig(tmp_path_factory.mktemp("stack"))
    yield made
    made.stop()


def scenario(lease_s: float = 4, **portal: Any) -> Scenario:
    given = {
        "member_id": MEMBER,
        "domain": "padaria.bitrix24.com.br",
        "application_token": "app-token",
        "access_token": "access",
        "refresh_token": "refresh",
        "lines": [{"connector": "ponte_whatsapp", "line": 107, "phone_number_id": NUMBER}],
        **portal,
    }
    meta = {
        "app_secret": "s",
        "verify_token": "v",
        "access_token": "t",
        "numbers": [{"phone_number_id": NUMBER, "waba_id": "1", "display_phone_number": "+55 11 3030-4040"}],
    }
    bitrix24 = {"client_id": "id", "client_secret": "secret", "portals": [given]}
    return load({"timing": {"lease_s": lease_s}, "meta": meta, "bitrix24": bitrix24}, 1_795_000_000)


def chat(chat_id: int, line: int) -> dict[str, Any]:
    return {
        "chat_id": chat_id,
        "external": f"chat-{chat_id}",
        "wa_id": "5511987650001",
        "connector": "ponte_whatsapp",
        "line": line,
        "bitrix_user_id": 5,
    }


def test_tokens_go_in_encrypted_and_are_told_as_they_are(rig: Rig) -> None:
    rig.stack.reset(scenario())
    assert rig.stack.live_config()[MEMBER]["access_token"] == "access"
    rows = rig.emulator.client("dynamodb").scan(TableName=rig.deployed.physical("CoreTable"))["Items"]
    assert not [row for row in rows if {"S": "access"} in row.values()]


def test_one_customer_on_two_lines_is_no_obstacle(rig: Rig) -> None:
    lines = [{"connector": "ponte_whatsapp", "line": n, "phone_number_id": NUMBER} for n in (107, 108)]
    rig.stack.reset(scenario(lines=lines, chats=[chat(1, 107), chat(2, 108)]))
    assert [line["line"] for line in rig.stack.live_config()[MEMBER]["lines"]] == [107, 108]


def test_a_line_without_a_number_is_still_told(rig: Rig) -> None:
    rig.stack.reset(scenario(lines=[{"connector": "ponte_whatsapp", "line": 109}]))
    assert [line["line"] for line in rig.stack.live_config()[MEMBER]["lines"]] == [109]


@pytest.mark.parametrize(("lease_s", "visibility"), [(0.2, 2), (1, 2), (2, 3), (4.5, 6), (60, 61)])
def test_a_message_comes_back_only_after_its_lease(rig: Rig, lease_s: float, visibility: int) -> None:
    rig.stack.reset(scenario(lease_s))
    answer = rig.emulator.client("sqs").get_queue_attributes(QueueUrl=rig.queue(), AttributeNames=["VisibilityTimeout"])
    assert answer["Attributes"]["VisibilityTimeout"] == str(visibility)


def test_queued_and_taken_messages_are_gone_and_their_ids_forgotten(rig: Rig) -> None:
    rig.send()
    rig.emulator.client("sqs").receive_message(QueueUrl=rig.queue())
    assert not rig.stack.drain_state().quiet
    rig.stack.reset(scenario())
    assert rig.stack.drain_state().quiet
    rig.send()
    assert rig.stack.drain_state().queues["WhatsappEventsQueue"]["visible"] == 1


def test_what_was_spilled_counts_until_the_next_scenario(rig: Rig) -> None:
    bucket = rig.deployed.physical("StoreBucket")
    rig.emulator.client("s3").put_object(Bucket=bucket, Key="spill/one", Body=b"{}")
    assert rig.stack.drain_state().spilled == 1
    rig.stack.reset(scenario())
    assert rig.stack.drain_state() == rig.stack.drain_state().__class__(
        True, {"WhatsappEventsQueue": {"visible": 0, "delayed": 0, "in_flight": 0}}, 0
    )


def test_a_sent_message_is_traced_by_its_own_id_and_by_its_wamid(rig: Rig) -> None:
    sent = [{"im_message_id": 4711, "wamids": ["wamid.A", "wamid.B"], "external": "chat-1"}]
    rig.stack.reset(scenario(chats=[chat(1, 107)], sent=sent))
    by_id, by_wamid = rig.stack.trace("4711"), rig.stack.trace("wamid.B")
    assert by_id is not None
    assert by_id == by_wamid
    assert by_id["status"] == "SENT"
    assert rig.stack.trace("nobody") is None


def wait_for(path: Path) -> None:
    waiting = threading.Event()
    for _ in range(1000):
        if path.exists():
            return
        waiting.wait(0.01)
    raise AssertionError(f"{path.name} never came")


def test_a_running_schedule_is_work(rig: Rig) -> None:
    rig.stack.reset(scenario())
    rig.stack.run_schedule("heal_gaps")
    assert not rig.stack.drain_state().quiet
    wait_for(rig.folder / "started")
    assert not rig.stack.drain_state().quiet


def test_a_new_scenario_ends_a_running_schedule_for_good(rig: Rig) -> None:
    rig.stack.run_schedule("heal_gaps")
    wait_for(rig.folder / "started")
    rig.stack.reset(scenario())
    waiting = threading.Event()
    for _ in range(1000):
        if rig.stack.drain_state().quiet:
            break
        waiting.wait(0.01)
    assert rig.stack.drain_state().quiet


def test_a_scenario_that_cannot_be_written_leaves_no_standstill(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    command = rig.emulator.command

    def listening(do: str, **arguments: Any) -> None:
        said.append(do)
        if do == "wipe":
            raise EmulatorError("planted")
        command(do, **arguments)

    monkeypatch.setattr(rig.emulator, "command", listening)
    with pytest.raises(EmulatorError, match="planted"):
        rig.stack.reset(scenario())
    assert said[-1] == "resume"


def test_the_secret_is_the_scenarios(rig: Rig) -> None:
    rig.stack.reset(scenario())
    answer = rig.emulator.client("secretsmanager").get_secret_value(SecretId=rig.deployed.physical("AppSecret"))
    assert json.loads(answer["SecretString"])["meta"]["verify_tokens"] == ["v"]
