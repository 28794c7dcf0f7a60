"""The `Table` port on DynamoDB, through the low-level client.

boto3's own (de)serializer hands out Decimal and Binary wrappers; ours gives plain int and bytes, which is all we keep.
Every attribute is named by a placeholder, since reserved words bite (`ttl`, `status`, `name`, `hash`, ...).
"""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from ponte.storage.table import (
    Condition,
    ConditionFailed,
    Delete,
    Item,
    Put,
    TransactionRefused,
    Update,
    Write,
)

_COMPARE = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">"}


def to_attribute(value: Any) -> dict[str, Any]:
    """A plain value as DynamoDB's typed form."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case dict():
            return {"M": {k: to_attribute(v) for k, v in value.items()}}
        case list() | tuple():
            return {"L": [to_attribute(v) for v in value]}
    raise TypeError(f"not storable: {type(value).__name__}")


def from_attribute(attribute: dict[str, Any]) -> Any:
    """The inverse of `to_attribute`."""
    (kind, value), *_ = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "M":
            return {k: from_attribute(v) for k, v in value.items()}
        case "L":
            return [from_attribute(v) for v in value]
        case "NULL":
            return None
        case "B":
            return bytes(value)
    return value


def _item(raw: dict[str, Any] | None) -> Item:
    return {k: from_attribute(v) for k, v in (raw or {}).items()}


class _Expression:
    """Collects names and values of one request while its expressions are written."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def name(self, name: str) -> str:
        for alias, known in self.names.items():
            if known == name:
                return alias
        alias = f"#n{len(self.names)}"
        self.names[alias] = name
        return alias

    def value(self, value: Any) -> str:
        alias = f":v{len(self.values)}"
        self.values[alias] = to_attribute(value)
        return alias

    def condition(self, condition: Condition) -> str:
        if condition.op in ("all", "any") and len(condition.parts) == 1:
            return self.condition(condition.parts[0])  # DynamoDB refuses redundant parentheses
        if condition.op in ("all", "any"):
            joiner = " AND " if condition.op == "all" else " OR "
            return "(" + joiner.join(self.condition(p) for p in condition.parts) + ")"
        if condition.op == "absent":
            return f"attribute_not_exists({self.name(condition.name)})"
        if condition.op == "exists":
            return f"attribute_exists({self.name(condition.name)})"
        return f"{self.name(condition.name)} {_COMPARE[condition.op]} {self.value(condition.value)}"

    def update(self, update: Update) -> str:
        sets = [f"{self.name(k)} = {self.value(v)}" for k, v in update.set.items()]
        for k, v in update.default.items():
            name = self.name(k)
            sets.append(f"{name} = if_not_exists({name}, {self.value(v)})")
        for k, v in update.append.items():
            name = self.name(k)
            empty = self.value([])
            sets.append(f"{name} = list_append(if_not_exists({name}, {empty}), {self.value(list(v))})")
        clauses = []
        if sets:
            clauses.append("SET " + ", ".join(sets))
        if update.remove:
            clauses.append("REMOVE " + ", ".join(self.name(k) for k in update.remove))
        if update.add:
            clauses.append("ADD " + ", ".join(f"{self.name(k)} {self.value(v)}" for k, v in update.add.items()))
        return " ".join(clauses)


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _request(table: str, write: Write) -> dict[str, Any]:
    """The parameters that PutItem, UpdateItem, DeleteItem and their transactional forms share."""
    expression = _Expression()
    request: dict[str, Any] = {"TableName": table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    match write:
        case Put():
            request["Item"] = {k: to_attribute(v) for k, v in write.item.items()}
        case Update():
            request["Key"] = _key(write.pk, write.sk)
            request["UpdateExpression"] = expression.update(write)
        case Delete():
            request["Key"] = _key(write.pk, write.sk)
    if write.when is not None:
        request["ConditionExpression"] = expression.condition(write.when)
    if expression.names:
        request["ExpressionAttributeNames"] = expression.names
    if expression.values:
        request["ExpressionAttributeValues"] = expression.values
    return request


class DynamoDBTable:
    """One DynamoDB table. client: boto3's low-level `dynamodb` client (shared; it is thread safe)."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, pk: str, sk: str) -> Item | None:
        answer = self._client.get_item(TableName=self._name, Key=_key(pk, sk), ConsistentRead=True)
        return _item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item]:
        wanted: dict[str, Any] = {self._name: {"Keys": [_key(pk, sk) for pk, sk in keys], "ConsistentRead": True}}
        found: list[Item] = []
        while wanted:
            answer = self._client.batch_get_item(RequestItems=wanted)
            found += [_item(raw) for raw in answer["Responses"].get(self._name, [])]
            wanted = answer.get("UnprocessedKeys") or {}
        return found

    def write(self, write: Write) -> Item:
        return self._write(write, "ALL_OLD")

    def write_new(self, write: Update) -> Item:
        return self._write(write, "ALL_NEW")

    def _write(self, write: Write, returning: str) -> Item:
        request = _request(self._name, write) | {"ReturnValues": returning}
        try:
            match write:
                case Put():
                    answer = self._client.put_item(**request)
                case Update():
                    answer = self._client.update_item(**request)
                case Delete():
                    answer = self._client.delete_item(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raw: Any = error.response.get("Item")
            raise ConditionFailed(_item(raw) if raw else None) from error
        return _item(answer.get("Attributes"))

    def transact(self, writes: Sequence[Write]) -> None:
        kinds = {Put: "Put", Update: "Update", Delete: "Delete"}
        items = [{kinds[type(write)]: _request(self._name, write)} for write in writes]
        try:
            self._client.transact_write_items(TransactItems=items)
        except ClientError as error:
            response: Any = error.response
            if response["Error"]["Code"] == "TransactionCanceledException":
                reasons = response.get("CancellationReasons", [])
                failed = {
                    n: (_item(reason["Item"]) if reason.get("Item") else None)
                    for n, reason in enumerate(reasons)
                    if reason.get("Code") == "ConditionalCheckFailed"
                }
                raise TransactionRefused(failed) from error
            if response["Error"]["Code"] == "TransactionConflictException":
                raise TransactionRefused({}) from error
            raise

    def query(self, pk: str, prefix: str = "", limit: int = 100, after: str = "") -> list[Item]:
        condition, values = "pk = :p", {":p": {"S": pk}}
        if prefix:
            condition, values = condition + " AND begins_with(sk, :s)", values | {":s": {"S": prefix}}
        return self._query(
            limit,
            _key(pk, after) if after else None,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )

    def query_index(self, gsi1pk: str, limit: int = 100, after: str = "") -> list[Item]:
        condition, values = "gsi1pk = :p", {":p": {"S": gsi1pk}}
        if after:
            condition, values = condition + " AND gsi1sk > :s", values | {":s": {"S": after}}
        return self._query(
            limit, None, IndexName="gsi1", KeyConditionExpression=condition, ExpressionAttributeValues=values
        )

    def scan(self, limit: int, after: tuple[str, str] | None = None) -> tuple[list[Item], tuple[str, str] | None]:
        start = {"ExclusiveStartKey": _key(*after)} if after else {}
        answer = self._client.scan(TableName=self._name, Limit=limit, ConsistentRead=True, **start)
        last = _item(answer.get("LastEvaluatedKey"))
        return [_item(raw) for raw in answer["Items"]], (str(last["pk"]), str(last["sk"])) if last else None

    def _query(self, limit: int, after: dict[str, Any] | None, **request: Any) -> list[Item]:
        found: list[Item] = []
        start: dict[str, Any] = {"ExclusiveStartKey": after} if after else {}
        while len(found) < limit:
            answer = self._client.query(TableName=self._name, Limit=limit - len(found), **request, **start)
            found += [_item(raw) for raw in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                break
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
        return found
