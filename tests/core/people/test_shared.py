"""The three-way merge of a person: the authority table row by row, and that it always comes to rest."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.people.shared import FIELDS, Dissent, Merged, Shown, merge, same

BASE = Shown(
    "MARIA", "maria@exemplo.com.br", "+5531988776655", frozenset({"zattar", "cliente"}), {"tipo_entidade": "cliente"}
)


def holds(_name: str, value: str) -> bool:
    return not value.startswith("+1")


def merged(zattar: Shown = BASE, chatwoot: Shown = BASE, base: Shown | None = BASE) -> Merged:
    return merge(base, zattar, chatwoot, holds)


def applied(done: Merged, zattar: Shown, chatwoot: Shown) -> tuple[Shown, Shown]:
    """Both sides after the writes."""
    theirs: dict[str, Any] = dict(done.contact)
    if done.labels:
        theirs["labels"] = zattar.labels
    if done.attributes:
        theirs["attributes"] = {**chatwoot.attributes, **zattar.attributes}
    return replace(zattar, **done.person), replace(chatwoot, **theirs)


def test_what_nobody_changed_is_not_written() -> None:
    assert merged().is_quiet
    assert merged().base == BASE


@pytest.mark.parametrize("name", FIELDS)
def test_a_change_in_zattar_goes_to_chatwoot(name: str) -> None:
    new = {"name": "ANA", "email": "ana@exemplo.com.br", "phone": "+5531977776666"}[name]
    done = merged(replace(BASE, **{name: new}))
    assert (done.person, done.contact, done.dissents) == ({}, {name: new}, ())


@pytest.mark.parametrize(
    ("name", "new"), [("email", "novo@exemplo.com.br"), ("phone", "+5531977776666"), ("phone", "")]
)
def test_a_change_in_chatwoot_of_what_is_shared_goes_to_zattar(name: str, new: str) -> None:
    done = merged(chatwoot=replace(BASE, **{name: new}))
    assert (done.person, done.contact, done.dissents) == ({name: new}, {}, ())
    assert getattr(done.base, name) == new


def test_a_name_changed_in_chatwoot_is_put_back_and_listed() -> None:
    done = merged(chatwoot=replace(BASE, name="Mariazinha"))
    assert (done.person, done.contact) == ({}, {"name": "MARIA"})
    assert done.dissents == (Dissent("name", "put_back", "MARIA", "Mariazinha"),)


def test_of_two_changes_zattars_stands_and_the_other_is_listed() -> None:
    done = merged(replace(BASE, phone="+5531911112222"), replace(BASE, phone="+5531933334444"))
    assert (done.person, done.contact) == ({}, {"phone": "+5531911112222"})
    assert done.dissents == (Dissent("phone", "both_changed", "+5531911112222", "+5531933334444"),)


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    both = replace(BASE, phone="+5531911112222")
    assert merged(both, both).is_quiet
    assert merged(both, both).base == both


def test_what_zattar_has_no_place_for_stays_and_is_listed() -> None:
    done = merged(chatwoot=replace(BASE, phone="+12125550100"))
    assert done.is_quiet
    assert done.dissents == (Dissent("phone", "cannot_hold", "+5531988776655", "+12125550100"),)


@pytest.mark.parametrize(
    ("name", "one", "other", "is_same"),
    [
        ("phone", "+5531988776655", "+553188776655", True),
        ("phone", "+553133334444", "+5531933334444", False),
        ("phone", "", "+5531988776655", False),
        ("phone", "", "", True),
        ("email", "Maria@Exemplo.com.br", "maria@exemplo.com.br", True),
        ("name", "MARIA", "maria", False),
    ],
)
def test_what_counts_as_the_same(name: Any, one: str, other: str, is_same: bool) -> None:
    assert same(name, one, other) is is_same
    assert same(name, other, one) is is_same


def test_labels_and_attributes_of_ours_are_put_back_and_no_others_asked_for() -> None:
    done = merged(chatwoot=replace(BASE, labels=frozenset({"zattar"}), attributes={}))
    assert (done.labels, done.attributes, done.contact, done.dissents) == (True, True, {}, ())
    gone = merged(replace(BASE, labels=frozenset({"zattar"})))
    assert gone.labels, "a role that ended takes its label along"


def test_what_another_contact_has_stays_out_and_does_not_look_like_an_edit_later() -> None:
    chatwoot, zattar = replace(BASE, phone=""), replace(BASE, phone="+5531911112222")
    done = merge(BASE.without(["phone"]), zattar, chatwoot, holds, ["phone"])
    assert (done.person, done.contact) == ({}, {})
    assert done.dissents == (Dissent("phone", "taken", "", "+5531911112222"),)
    assert merge(done.base, zattar, chatwoot, holds).person == {}, "nobody took it away in Chatwoot"


def test_before_the_first_sync_either_side_fills_the_others_blanks() -> None:
    done = merged(replace(BASE, email=""), replace(BASE, name="Maria S.", phone=""), base=None)
    assert done.person == {"email": "maria@exemplo.com.br"}
    assert done.contact == {"name": "MARIA", "phone": "+5531988776655"}
    assert done.dissents == (), "the name that an adopted contact had is nobody's edit"


def test_before_the_first_sync_a_different_value_is_listed() -> None:
    done = merged(chatwoot=replace(BASE, phone="+5531933334444"), base=None)
    assert done.contact == {"phone": "+5531988776655"}
    assert [each.kind for each in done.dissents] == ["both_changed"]


sides = st.builds(
    Shown,
    st.sampled_from(["MARIA", "Maria", "ANA"]),
    st.sampled_from(["", "a@x.br", "A@x.br", "b@x.br"]),
    st.sampled_from(["", "+5531988776655", "+553188776655", "+5531911112222", "+12125550100"]),
    st.sets(st.sampled_from(["zattar", "cliente", "terceiro"])).map(frozenset),
    st.dictionaries(st.sampled_from(["tipo_entidade", "entidade_id"]), st.integers(0, 1)),
)


@given(st.none() | sides, sides, sides)
def test_once_written_both_sides_rest(base: Shown | None, zattar: Shown, chatwoot: Shown) -> None:
    done = merge(base, zattar, chatwoot, holds)
    ours, theirs = applied(done, zattar, chatwoot)
    again = merge(done.base, ours, theirs, holds)
    assert again.is_quiet
    assert merge(again.base, ours, theirs, holds) == again, "nor does it list anything else the third time"
    for name in FIELDS:
        held = [each.name for each in done.dissents if each.kind == "cannot_hold"]
        assert same(name, getattr(ours, name), getattr(theirs, name)) or name in held


@given(st.none() | sides, sides, sides)
def test_at_most_one_side_of_a_field_is_written(base: Shown | None, zattar: Shown, chatwoot: Shown) -> None:
    done = merge(base, zattar, chatwoot, holds)
    assert not set(done.person) & set(done.contact)


def test_a_person_is_not_shown_in_a_traceback() -> None:
    assert "MARIA" not in repr(BASE)
    assert "MARIA" not in repr(Dissent("name", "put_back", "MARIA", "MARIA"))
    assert Shown.of(BASE.as_item()) == BASE
