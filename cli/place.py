"""Where the command works: a deployed stack or a sandbox, as the environment that the composition root reads.

Both give the same shape, a function's environment, so everything after this runs the functions' own code paths.
"""

import json
import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from ponte.runtime import wiring
from ponte.runtime.settings import EGRESS

DEFAULT_SANDBOX = ".sandbox"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_OUTPUTS = {
    "CoreTableName": "CORE_TABLE",
    "MessageTableName": "MESSAGE_TABLE",
    "AuditTableName": "AUDIT_TABLE",
    "StateTableName": "STATE_TABLE",
    "StoreBucketName": "STORE_BUCKET",
    "DataKeyArn": "DATA_KEY_ARN",
    "AppSecretArn": "APP_SECRET_ARN",
    "BaseUrl": "PUBLIC_BASE_URL",
    "WhatsappEventsQueueUrl": "WHATSAPP_EVENTS_QUEUE_URL",
    "WhatsappStatusesQueueUrl": "WHATSAPP_STATUSES_QUEUE_URL",
    "Bitrix24EventsQueueUrl": "BITRIX24_EVENTS_QUEUE_URL",
    "ZattarEventsQueueUrl": "ZATTAR_EVENTS_QUEUE_URL",
    "ChatwootEventsQueueUrl": "CHATWOOT_EVENTS_QUEUE_URL",
    "WhatsappEventsDeadLettersUrl": "WHATSAPP_EVENTS_DEAD_LETTERS_QUEUE_URL",
    "WhatsappStatusesDeadLettersUrl": "WHATSAPP_STATUSES_DEAD_LETTERS_QUEUE_URL",
    "Bitrix24EventsDeadLettersUrl": "BITRIX24_EVENTS_DEAD_LETTERS_QUEUE_URL",
    "ZattarEventsDeadLettersUrl": "ZATTAR_EVENTS_DEAD_LETTERS_QUEUE_URL",
    "ChatwootEventsDeadLettersUrl": "CHATWOOT_EVENTS_DEAD_LETTERS_QUEUE_URL",
}
_PARAMETERS = {"Stage": "STAGE", "GraphVersion": "GRAPH_VERSION", "ConnectorId": "CONNECTOR_ID", "Language": "LANGUAGE"}
_QUEUE_URLS = {
    output.removesuffix("QueueUrl"): name for output, name in _OUTPUTS.items() if output.endswith("QueueUrl")
}
# Of the person's own shell, these would send a sandbox's calls elsewhere, or a stack's through a sandbox.
_NOT_IN_A_SANDBOX = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
_NOT_IN_A_STACK = (EGRESS, "AWS_LAMBDA_FUNCTION_NAME")


class NotReachable(Exception):
    """There is nothing to work on. key: its sentence in the catalogue; values: what the sentence names."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class QueuePair:
    """A queue and where its crashed messages end; "" where the stack has no such queue."""

    name: str
    url: str
    dead_url: str


@dataclass(frozen=True, slots=True)
class Place:
    """environment: a function's variables, all of them. It holds the sandbox's keys: never shown."""

    name: str
    is_sandbox: bool
    environment: Mapping[str, str] = field(repr=False)
    dead_letters: Mapping[str, str] = field(default_factory=dict)

    def bridges(self) -> frozenset[str]:
        """customer, office: by the queues that there are."""
        names = {pair.name for pair in self.queues()}
        found = {"customer": "WhatsappEvents" in names, "office": "ZattarEvents" in names}
        return frozenset(bridge for bridge, is_there in found.items() if is_there)

    def queues(self) -> tuple[QueuePair, ...]:
        """Every queue of the deployed bridges, in a fixed order."""
        pairs = (
            QueuePair(name, self.environment.get(variable, ""), self.dead_letters.get(name, ""))
            for name, variable in _QUEUE_URLS.items()
        )
        return tuple(pair for pair in pairs if pair.url)


def sandbox_place(folder: Path) -> Place:
    """The sandbox that runs in `folder`. Raises NotReachable when none does.

    Reads operator.json: {"environment": {name: value}, "dead_letters": {logical id: url}}. Its AWS address must be this
    machine's: a file that points elsewhere must not make us write to a real account.
    """
    if not (folder / "endpoints.json").is_file():
        raise NotReachable("cli.sandbox_not_running", folder=str(folder))
    try:
        tree = json.loads((folder / "operator.json").read_text(encoding="utf-8"))
        environment = {str(name): str(value) for name, value in tree["environment"].items()}
        dead = {str(name): str(url) for name, url in (tree.get("dead_letters") or {}).items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise NotReachable("cli.sandbox_file_unreadable", file=str(folder / "operator.json")) from error
    if urlsplit(environment.get("AWS_ENDPOINT_URL", "")).hostname not in LOOPBACK:
        raise NotReachable("cli.sandbox_not_local", file=str(folder / "operator.json"))
    return Place(str(folder), True, environment, _by_queue(dead))


def stack_place(cloudformation: Any, stack: str, region: str) -> Place:
    """A deployed stack, by its outputs and parameters. cloudformation: boto3's client. Raises NotReachable.

    region: "" for the one that the shell or the AWS profile names.
    """
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code != "ValidationError":  # which is how CloudFormation says that there is no such stack
            raise
        raise NotReachable("cli.stack_not_found", stack=stack) from error
    outputs = {row["OutputKey"]: row["OutputValue"] for row in found.get("Outputs", [])}
    parameters = {row["ParameterKey"]: row.get("ParameterValue", "") for row in found.get("Parameters", [])}
    if "CoreTableName" not in outputs:
        raise NotReachable("cli.stack_not_ponte", stack=stack, status=str(found.get("StackStatus", "?")))
    environment = {name: outputs[output] for output, name in _OUTPUTS.items() if output in outputs}
    environment |= {name: parameters[key] for key, name in _PARAMETERS.items() if parameters.get(key)}
    if region:
        environment |= {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    dead = {name.removesuffix("Url"): url for name, url in outputs.items() if name.endswith("DeadLettersUrl")}
    return Place(stack, False, environment, _by_queue(dead))


def _by_queue(dead: Mapping[str, str]) -> dict[str, str]:
    return {name.removesuffix("DeadLetters"): url for name, url in dead.items()}


def occupy(place: Place, environ: MutableMapping[str, str] = os.environ) -> None:
    """Make the composition root work there. Before its first use, or it would know two places at once."""
    for name in _NOT_IN_A_SANDBOX if place.is_sandbox else _NOT_IN_A_STACK:
        environ.pop(name, None)
    environ.update(place.environment)
    for made in vars(wiring).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()
