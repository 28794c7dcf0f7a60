"""The shapes of Chatwoot's answers: one contact, however it stands in them."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.chatwoot import setup, values
from ponte.chatwoot.values import Contact, ContactInbox, Labels, Page

INBOX = {
    "id": 12,
    "avatar_url": "",
    "channel_id": 3,
    "name": "Portal",
    "channel_type": "Channel::Api",
    "provider": None,
}
MARIA: dict[str, Any] = {
    "additional_attributes": {"city": "BELO HORIZONTE", "country_code": "BR"},
    "availability_status": "offline",
    "email": "maria@mail.example",
    "id": 5012,
    "name": "MARIA DAS DORES",
    "phone_number": "+5531987654321",
    "blocked": False,
    "identifier": "zattar_cliente_1842",
    "thumbnail": "",
    "custom_attributes": {"tipo_entidade": "cliente", "entidade_id": 1842, "ativo": True, "nota": None},
    "last_activity_at": 1781701268,
    "created_at": 1781701267,
    "contact_inboxes": [{"source_id": "zattar:cliente:1842", "inbox": INBOX}],
}
PLACE = ContactInbox(12, "zattar:cliente:1842", "Portal", "Channel::Api")
READ = Contact(
    id=5012,
    name="MARIA DAS DORES",
    email="maria@mail.example",
    phone_number="+5531987654321",
    identifier="zattar_cliente_1842",
    custom_attributes={"tipo_entidade": "cliente", "entidade_id": 1842, "ativo": True, "nota": None},
    additional_attributes={"city": "BELO HORIZONTE", "country_code": "BR"},
    last_activity_at=1781701268,
    created_at=1781701267,
    contact_inboxes=(PLACE,),
)


@pytest.mark.parametrize(
    "answer",
    [
        {"payload": {"contact": MARIA, "contact_inbox": {"inbox": INBOX, "source_id": "zattar:cliente:1842"}}},
        {"payload": {"contact": MARIA, "contact_inbox": {"inbox": None, "source_id": None}}},
        {"payload": MARIA},
        MARIA,
    ],
    ids=["create", "create without inbox", "get and update", "merge and contact_inboxes/filter"],
)
def test_a_contact_is_found_in_every_shape_of_answer(answer: dict[str, Any]) -> None:
    assert values.contact_of(answer) == READ


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"payload": None},
        {"payload": []},
        {"payload": [MARIA]},
        {"payload": [MARIA], "id": 5012},
        {"payload": None, "id": 5012},
        {"payload": {"contact": None, "contact_inbox": None}},
        {"payload": {"id": 0}},
        {"payload": {"id": "x"}},
        {"payload": {"id": True}},
        {"payload": {"id": -5}},
        {"payload": {"id": 2**63}},
        {"id": None},
    ],
    ids=repr,
)
def test_what_is_no_contact_is_never_taken_for_one(answer: dict[str, Any]) -> None:
    """A list above all: the first of a list of hits is anybody."""
    assert values.contact_of(answer) is None


def test_unset_fields_come_as_null_blank_or_not_at_all() -> None:
    bare = Contact(id=7)
    assert values.contact({"id": 7}) == bare
    assert values.contact({"id": "7", "email": "", "phone_number": None, "identifier": " "}) == bare
    assert values.contact({"id": 7, "email": 5, "custom_attributes": [], "blocked": "true", "created_at": "x"}) == bare


def test_a_slim_contact_does_not_say_that_it_has_no_inboxes() -> None:
    assert values.contact({"id": 7}).contact_inboxes is None  # type: ignore[union-attr]
    assert values.contact({"id": 7, "contact_inboxes": []}).contact_inboxes == ()  # type: ignore[union-attr]


def test_a_contact_shows_nothing_of_the_person_where_it_is_printed() -> None:
    assert repr(READ) == "Contact(id=5012)"


@pytest.mark.parametrize(
    ("meta", "rows", "page"),
    [
        ({"count": 31, "current_page": 2}, 15, (2, 31, True)),
        ({"count": "31", "current_page": "2"}, 15, (2, 31, True)),
        ({"count": 31, "current_page": "3"}, 1, (3, 31, False)),
        ({"count": 30, "current_page": 2}, 15, (2, 30, False)),
        ({"count": 15, "current_page": 1, "has_more": True}, 15, (1, 15, True)),
        ({"count": 100, "current_page": 1, "has_more": False}, 15, (1, 100, False)),
        ({"count": 100, "current_page": 9}, 0, (9, 100, False)),
        ({}, 1, (1, 0, False)),
        (None, 0, (1, 0, False)),
    ],
)
def test_pages_are_read_whether_their_numbers_are_numbers_or_not(meta: Any, rows: int, page: tuple[Any, ...]) -> None:
    found = values.page_of({"meta": meta, "payload": [{"id": at + 1} for at in range(rows)]})
    assert (found.number, found.count, found.has_more) == page
    assert [contact.id for contact in found.contacts] == list(range(1, rows + 1))


def test_a_broken_row_of_a_page_costs_no_other() -> None:
    assert values.page_of({"payload": [None, 5, {"id": 1}, {}, {"id": 2}]}) == Page(
        (Contact(id=1), Contact(id=2)), 1, 0, False
    )


def test_a_contacts_place_is_found_after_both_ways_of_making_it() -> None:
    created = {"payload": {"contact": MARIA, "contact_inbox": {"inbox": INBOX, "source_id": "zattar:cliente:1842"}}}
    assert values.contact_inbox_of(created) == PLACE
    assert values.contact_inbox_of({"source_id": "zattar:cliente:1842", "inbox": INBOX}) == PLACE
    assert values.contact_inbox_of({"payload": {"contact": MARIA, "contact_inbox": None}}) is None
    assert values.contactable_inboxes_of({"payload": [{"source_id": "zattar:cliente:1842", "inbox": INBOX}, 3]}) == (
        PLACE,
    )


def test_the_public_apis_contact_keeps_its_token_out_of_sight() -> None:
    found = values.public_contact_of(
        {"source_id": "s-1", "pubsub_token": "tok", "id": 5, "name": None, "email": None, "phone_number": None}
    )
    assert found is not None
    assert (found.id, found.source_id, found.pubsub_token, found.name) == (5, "s-1", "tok", "")
    assert "tok" not in repr(found)
    assert values.public_contact_of({"id": 5}) is None


def test_conversations_are_named_by_what_people_see() -> None:
    assert values.conversation_ids_of({"payload": [{"id": 9}, {"id": 8}, {}, "x"]}) == (9, 8)
    assert values.conversation_ids_of({"payload": {}}) == ()


OWNED = Labels.of(["zattar", "cliente", "parte_contraria", "pessoa_fisica", "pessoa_juridica"])


@pytest.mark.parametrize(
    ("there", "wanted", "result"),
    [
        ([], ["zattar", "cliente"], ["cliente", "zattar"]),
        (["vip", "urgente"], ["zattar", "cliente"], ["cliente", "urgente", "vip", "zattar"]),
        (["zattar", "parte_contraria", "vip"], ["zattar", "cliente"], ["cliente", "vip", "zattar"]),
        (["Zattar", "VIP"], ["zattar"], ["VIP", "Zattar"]),
        (["Cliente", "VIP"], ["zattar"], ["VIP", "zattar"]),
        (["zattar", "cliente", "vip"], [], ["vip"]),
    ],
)
def test_our_labels_are_laid_over_those_of_the_office(there: list[str], wanted: list[str], result: list[str]) -> None:
    laid = Labels.of(there).with_ours(Labels.of(wanted), OWNED)
    assert laid.listed() == result
    assert laid.with_ours(Labels.of(wanted), OWNED) == laid


def test_labels_are_read_as_they_are_written() -> None:
    assert values.labels_of({"payload": ["b", " a ", "", 3, None, "VIP"]}) == Labels(frozenset({"a", "b", "VIP"}))
    assert values.labels_of({"payload": None}) == Labels()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
ANSWERS: list[Any] = [
    {"payload": {"contact": MARIA, "contact_inbox": {"inbox": INBOX, "source_id": "s"}}, "meta": {"count": 1}},
    {"payload": [MARIA], "meta": {"count": 1, "current_page": "1", "has_more": True}},
    {**MARIA, "source_id": "s", "pubsub_token": "t"},
    {"payload": {"webhook": {"id": 1, "url": "u", "subscriptions": ["a"], "secret": "s"}, "webhooks": [{"id": 1}]}},
    {"items": [{"id": 1, "name": "n"}], "accounts": [{"id": 1, "role": "agent"}], "id": 3},
]
READERS = [
    values.contact_of,
    values.page_of,
    values.labels_of,
    values.contact_inbox_of,
    values.contactable_inboxes_of,
    values.public_contact_of,
    values.conversation_ids_of,
    values.contact,
    setup.profile_of,
    setup.inboxes_of,
    setup.agents_of,
    setup.webhooks_of,
    setup.webhook_of,
]


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a tree but its root."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [here for key, child in children for here in ((*path, key), *paths(child, (*path, key)))]


def damaged(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The tree with something else at the path; what stood there is gone where value is Ellipsis."""
    tree = copy.deepcopy(tree)
    node = tree
    for key in path[:-1]:
        node = node[key]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return tree


@given(data=st.data())
def test_no_answer_makes_a_reader_fail(data: st.DataObject) -> None:
    tree = data.draw(st.sampled_from(ANSWERS))
    for _ in range(data.draw(st.integers(0, 4))):
        if places := paths(tree):
            tree = damaged(tree, data.draw(st.sampled_from(places)), data.draw(JSON | st.just(...)))
    for read in READERS:
        read(tree)


@given(JSON)
def test_no_json_at_all_makes_a_reader_fail(tree: Any) -> None:
    for read in READERS:
        read(tree if isinstance(tree, dict) else {"payload": tree, "items": tree})
