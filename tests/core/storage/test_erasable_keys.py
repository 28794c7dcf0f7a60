"""Whatever is kept of a tenant can be found for erasing: its id is the second or third part of the partition key."""

import inspect
import re

import pytest

from ponte.people.aliases import Alias
from ponte.people.identity import Scope
from ponte.storage import keys
from ponte.storage.aliases import alias_item

SCOPES = ("tenant", "member_id", "phone_number_id", "event_id")
ARGUMENTS = {
    "event_id": "wa|T|wamid.1",
    "tenant": "T",
    "scope": "T",
    "member_id": "T",
    "phone_number_id": "T",
    "line_id": 7,
    "order": 7,
    "message_id": 7,
}
NAMED = {
    name: function
    for name, function in vars(keys).items()
    if inspect.isfunction(function)
    and function.__module__ == keys.__name__
    and set(inspect.signature(function).parameters) & set(SCOPES)
    and inspect.signature(function).return_annotation is not str  # a partition of an index, which is its items' own
}


@pytest.mark.parametrize("name", list(NAMED))
def test_a_key_of_a_tenant_or_number_can_be_found_by_it(name: str) -> None:
    given = {parameter: ARGUMENTS.get(parameter, "x") for parameter in inspect.signature(NAMED[name]).parameters}
    pk, _ = NAMED[name](**given)
    assert "T" in re.split(r"[#|]", pk)[1:3]


def test_the_keys_that_name_nobody_are_known() -> None:
    """A new key that is not here and names no tenant would outlive an erasure: give it a scope, or say here why not."""
    functions = {name for name, function in vars(keys).items() if inspect.isfunction(function)}
    others = {
        name
        for name in functions - set(NAMED) - {"digest"}
        if inspect.signature(vars(keys)[name]).return_annotation is not str
    }
    assert others == {
        "office_host",  # holds the tenant as an attribute; the host is a project's, no person's
        "portal_address",  # holds the portal's id as an attribute
        "alias",  # the scope is its caller's, the tenant first (the next test)
        "timing",  # of the stack
        "account_state",  # of a WhatsApp account, no person's
        "template",  # of a WhatsApp account too
        "bucket",  # State: expires
        "heal_run",  # State: of the stack
        "people_run",  # of the stack too
        "lock",  # State or Core: the scope is its caller's, the tenant second
    }


def test_an_alias_within_a_portfolio_is_found_by_its_tenant() -> None:
    scope = Scope("T", portfolio="900")
    pk = alias_item(scope, Alias("bsuid", "BR.1", "p1", 1))["pk"]
    assert re.split(r"[#|]", pk)[1] == "T"
