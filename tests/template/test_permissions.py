"""What each role may do: what its function does, on the very resources, and nothing else."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from ponte.storage import keys

if TYPE_CHECKING:
    from tests.template.conftest import Template

QUEUE_EVENTS = {
    "OnWhatsappEvent": "WhatsappEventsQueue",
    "OnWhatsappStatus": "WhatsappStatusesQueue",
    "OnBitrix24Event": "Bitrix24EventsQueue",
    "OnZattarEvent": "ZattarEventsQueue",
    "OnChatwootEvent": "ChatwootEventsQueue",
}
OFFICE_DOORS = {"ZattarWebhook": "ZattarEventsQueue", "ChatwootWebhook": "ChatwootEventsQueue"}
OFFICE_WORKERS = ("OnZattarEvent", "OnChatwootEvent")
TOKEN_USERS = {
    "Bitrix24Webhook",
    "Bitrix24Install",
    "RefreshBitrix24Tokens",
    "HealGaps",
    "Api",
    *OFFICE_DOORS,
    *QUEUE_EVENTS,
}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each statement of a role's own policies; those behind a condition too."""
    for policy in role.get("Policies", []):
        for statement in as_list(policy["PolicyDocument"]["Statement"]):
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def grants(role: dict[str, Any]) -> set[tuple[str, str]]:
    """(action, resource) pairs; a resource as "LogicalId", "LogicalId/path" or "LogicalId.Attribute"."""
    pairs = set()
    for statement in statements(role):
        assert statement["Effect"] == "Allow"
        for action in as_list(statement["Action"]):
            pairs |= {(action, resource_name(resource)) for resource in as_list(statement["Resource"])}
    return pairs


def resource_name(resource: Any) -> str:
    match resource:
        case {"Fn::GetAtt": [name, "Arn" | "Id"]}:
            return str(name)
        case {"Fn::Sub": pattern}:
            return str(pattern).replace("${", "").replace(".Arn}", "")
        case {"Ref": name}:
            return str(name)
    return str(resource)


@pytest.fixture
def roles(translated: Callable[[str], "Template"]) -> dict[str, dict[str, Any]]:
    """Logical id without "Role" -> properties, SAM's own roles among them."""
    found = translated("prod").of_type("AWS::IAM::Role")
    return {name.removesuffix("Role"): properties for name, properties in found.items()}


def test_no_resource_is_a_star(translated: Callable[[str], "Template"]) -> None:
    """In a key's policy the star is the key itself: the only one."""

    def stars(node: Any, path: str) -> Iterator[str]:
        if isinstance(node, dict):
            if node.get("Effect") == "Allow" and "*" in as_list(node.get("Resource")):
                yield path
            for name, value in node.items():
                yield from stars(value, f"{path}/{name}")
        elif isinstance(node, list):
            for value in node:
                yield from stars(value, path)

    assert set(stars(translated("prod").resources, "")) == {"/DataKey/Properties/KeyPolicy/Statement"}


def test_no_role_allows_a_family_of_actions(roles: dict[str, Any]) -> None:
    assert not [(name, grant) for name, role in roles.items() for grant in grants(role) if "*" in grant[0]]


def test_no_role_reaches_a_whole_bucket_or_index_family(roles: dict[str, Any]) -> None:
    reached = {resource for role in roles.values() for _, resource in grants(role)}
    assert {r for r in reached if "*" in r} == {f"StoreBucket/{p}/*" for p in ("claim", "media", "spill")}


def test_only_code_deploy_has_a_policy_that_aws_writes(roles: dict[str, Any]) -> None:
    assert [name for name, role in roles.items() if "ManagedPolicyArns" in role] == ["CodeDeployService"]


def test_a_function_writes_to_its_own_log_group_only(sam: "Template", roles: dict[str, Any]) -> None:
    for function_id in sam.of_type("AWS::Serverless::Function"):
        name = function_id.removesuffix("Function")
        logs = {grant for grant in grants(roles[name]) if grant[0].startswith("logs:")}
        assert logs == {("logs:CreateLogStream", f"{name}Logs"), ("logs:PutLogEvents", f"{name}Logs")}


def test_only_who_calls_a_portal_or_knows_offices_decrypts(roles: dict[str, Any]) -> None:
    who = {name for name, role in roles.items() if any(action.startswith("kms:") for action, _ in grants(role))}
    assert who == TOKEN_USERS


def test_tokens_are_bound_to_tenant_and_field(roles: dict[str, Any]) -> None:
    for name in TOKEN_USERS:
        (statement,) = [s for s in statements(roles[name]) if "kms:Decrypt" in s["Action"]]
        assert statement["Condition"] == {
            "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["tenant", "field"]}
        }


def test_the_audit_trail_can_only_grow(roles: dict[str, Any]) -> None:
    actions = {action for role in roles.values() for action, resource in grants(role) if resource == "AuditTable"}
    assert actions == {"dynamodb:PutItem"}


def test_an_offices_door_reads_its_secrets_and_its_workers_keep_new_ones(roles: dict[str, Any]) -> None:
    for name in OFFICE_WORKERS:
        assert {a for a, _ in grants(roles[name]) if a.startswith("kms:")} == {"kms:Decrypt", "kms:Encrypt"}
    for name in OFFICE_DOORS:
        assert {action for action, _ in grants(roles[name]) if action.startswith("kms:")} == {"kms:Decrypt"}


@pytest.mark.parametrize(("name", "queue"), OFFICE_DOORS.items())
def test_an_offices_door_reads_offices_and_fills_its_own_queue(name: str, queue: str, roles: dict[str, Any]) -> None:
    assert {grant for grant in grants(roles[name]) if grant[0].startswith(("dynamodb:", "sqs:", "secrets"))} == {
        ("dynamodb:GetItem", "CoreTable"),
        ("sqs:SendMessage", queue),
    }
    (reading,) = [s for s in statements(roles[name]) if "dynamodb:GetItem" in s["Action"]]
    assert reading["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["OFFICE#*"]}}
    assert keys.office("any")[0] == "OFFICE#any"


def test_the_office_bridge_knows_nothing_of_the_customer_bridge(roles: dict[str, Any]) -> None:
    """Neither its secret nor its queues, nor the tables that only it needs."""
    own = {"CoreTable", "DataKey", "StoreBucket", *OFFICE_DOORS.values()}
    more = {name: {"MessageTable", "AuditTable", "StateTable"} for name in OFFICE_WORKERS}
    more |= {name: set() for name in OFFICE_DOORS}
    more["Api"] = {"MessageTable", "AuditTable", "StateTable"}
    for name, tables in more.items():
        reached = {resource.split("/")[0] for _, resource in grants(roles[name])} - {f"{name}Logs"}
        assert reached <= own | tables, name


def test_the_offices_api_asks_for_a_sync_as_the_door_does_and_reads_no_ledger_but_one_item(
    roles: dict[str, Any],
) -> None:
    found = {grant for grant in grants(roles["Api"]) if not grant[0].startswith(("logs:", "kms:"))}
    core = [("dynamodb:Query", "CoreTable/index/gsi1"), ("dynamodb:Query", "CoreTable")]
    core += [
        (f"dynamodb:{verb}", "CoreTable") for verb in ("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem")
    ]
    assert {grant for grant in found if not grant[1].startswith("CoreTable")} == {
        ("dynamodb:GetItem", "MessageTable"),
        ("dynamodb:PutItem", "MessageTable"),
        ("dynamodb:Query", "MessageTable"),
        ("dynamodb:PutItem", "AuditTable"),
        ("dynamodb:PutItem", "StateTable"),
        ("dynamodb:UpdateItem", "StateTable"),
        ("sqs:SendMessage", "ZattarEventsQueue"),
        ("s3:PutObject", "StoreBucket/claim/*"),
        ("s3:PutObject", "StoreBucket/spill/*"),
    }
    assert set(core) <= found
    (listing,) = [s for s in statements(roles["Api"]) if as_list(s["Action"]) == ["dynamodb:Query"]]
    assert listing["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["TALK#*"]}}
    assert keys.talk_message("any", 1, 2, 3)[0].startswith("TALK#")


def test_the_api_of_merges_reaches_people_and_the_audit_trail_alone(roles: dict[str, Any]) -> None:
    found = {grant for grant in grants(roles["PeopleApi"]) if not grant[0].startswith("logs:")}
    core = {
        (f"dynamodb:{verb}", table)
        for verb in ("BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem")
        for table in ("CoreTable", "CoreTable/index/gsi1")
    }
    assert found == core | {("dynamodb:PutItem", "AuditTable")}


@pytest.mark.parametrize("name", OFFICE_WORKERS)
def test_an_offices_worker_changes_links_and_the_ledger_and_reads_what_was_too_big(
    name: str, roles: dict[str, Any]
) -> None:
    """Messages too, whose texts may lie in several items."""
    kept = {grant for grant in grants(roles[name]) if grant[0].startswith(("dynamodb:", "s3:"))}
    tables = ("CoreTable", "MessageTable")
    assert kept == {
        *((f"dynamodb:{verb}Item", table) for verb in ("Delete", "Get", "Put", "Update") for table in tables),
        ("dynamodb:PutItem", "AuditTable"),
        ("dynamodb:UpdateItem", "StateTable"),
        ("s3:GetObject", "StoreBucket/claim/*"),
    }
    (rate,) = [s for s in statements(roles[name]) if s["Resource"] == {"Fn::GetAtt": ["StateTable", "Arn"]}]
    assert rate["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["RB#chatwoot#*"]}}
    assert keys.bucket("chatwoot", "any")[0] == "RB#chatwoot#any"


def test_metas_door_touches_no_table_and_no_key(roles: dict[str, Any]) -> None:
    services = {action.split(":")[0] for action, _ in grants(roles["MetaWebhook"])}
    assert services == {"logs", "sqs", "s3", "secretsmanager"}


def test_doors_put_objects_but_read_none(roles: dict[str, Any]) -> None:
    for name in ("MetaWebhook", "Bitrix24Webhook", "Bitrix24Install", *OFFICE_DOORS):
        objects = {grant for grant in grants(roles[name]) if grant[0].startswith("s3:")}
        assert objects == {("s3:PutObject", "StoreBucket/claim/*"), ("s3:PutObject", "StoreBucket/spill/*")}


@pytest.mark.parametrize(("name", "queue"), QUEUE_EVENTS.items())
def test_a_worker_empties_its_own_queue_and_sends_to_no_other(name: str, queue: str, roles: dict[str, Any]) -> None:
    """But for the customer's message, which lets an operator's held replies go."""
    found = {grant for grant in grants(roles[name]) if grant[0].startswith("sqs:")}
    actions = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    lets_go = {("sqs:SendMessage", "Bitrix24EventsQueue")} if name == "OnWhatsappEvent" else set()
    assert found == {(f"sqs:{action}", queue) for action in actions} | lets_go


def test_the_bucket_is_listed_by_those_who_sweep_and_only_where_they_do(roles: dict[str, Any]) -> None:
    listing = {
        name: statement["Condition"]
        for name, role in roles.items()
        for statement in statements(role)
        if "s3:ListBucket" in statement["Action"]
    }
    spilled_only = {"StringLike": {"s3:prefix": "spill/*"}}
    assert listing == {"SweepSpill": spilled_only, "HealGaps": spilled_only}


def test_a_function_is_told_of_what_it_may_use_and_of_nothing_else(sam: "Template", roles: dict[str, Any]) -> None:
    """Every resource named in an environment is allowed to its role, and every one allowed is named."""
    for function_id in sam.of_type("AWS::Serverless::Function"):
        name = function_id.removesuffix("Function")
        told = {
            resource_name(value["Fn::If"][1] if "Fn::If" in value else value)
            for variable, value in sam.variables(function_id).items()
            if variable.endswith(("_TABLE", "_BUCKET", "_ARN", "_QUEUE_URL"))
        }
        allowed = {resource.split("/")[0] for _, resource in grants(roles[name])} - {f"{name}Logs"}
        assert told == allowed, function_id


def test_only_lambda_takes_on_a_functions_role(sam: "Template", roles: dict[str, Any]) -> None:
    for function_id in sam.of_type("AWS::Serverless::Function"):
        (trust,) = roles[function_id.removesuffix("Function")]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
