"""The ids of a person: their order, and that nothing never equals nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.people.aliases import Alias, AliasKind, Rotation, aliases_of, lookups, rotation_of, share_person
from ponte.whatsapp import messages
from ponte.whatsapp.events import Sender, SystemChange
from ponte.whatsapp.split import split

SAMPLES = Path(__file__).parents[2] / "samples" / "whatsapp"
BSUID, PARENT, PHONE = Alias("bsuid", "BR.1"), Alias("parent", "BR.ENT.1"), Alias("phone", "5531988776655")


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (Sender("5531988776655", "BR.1", "BR.ENT.1", "Ana", "ana"), (BSUID, PARENT, PHONE)),
        (Sender("5531988776655"), (PHONE,)),
        (Sender(user_id="BR.1"), (BSUID,)),
        (Sender(parent_user_id="BR.ENT.1", phone="5531988776655"), (PARENT, PHONE)),
        (Sender(name="Ana", username="ana"), ()),
        (Sender("", "", ""), ()),
    ],
)
def test_aliases_come_strongest_first_and_names_are_none(sender: Sender, expected: tuple[Alias, ...]) -> None:
    assert aliases_of(sender) == expected


@pytest.mark.parametrize("kind", ["bsuid", "parent", "phone"])
def test_an_empty_alias_cannot_be_made(kind: AliasKind) -> None:
    with pytest.raises(ValueError, match="value"):
        Alias(kind, "")


def test_two_people_without_any_id_are_two_people() -> None:
    nobody = aliases_of(Sender(name="Ana"))
    assert not share_person(nobody, nobody)


def test_the_ninth_digit_does_not_make_two_people() -> None:
    assert share_person([Alias("phone", "553188776655")], [PHONE])


def test_the_same_word_under_another_kind_is_another_id() -> None:
    assert not share_person([Alias("bsuid", "BR.1")], [Alias("parent", "BR.1")])


def test_lookups_try_each_form_of_a_phone_and_leave_bsuids_alone() -> None:
    digits_only = Alias("bsuid", "BR.5531988776655")
    assert lookups([digits_only, PHONE]) == (digits_only, PHONE, Alias("phone", "553188776655"))


aliases = st.builds(
    Alias,
    st.sampled_from(["bsuid", "parent", "phone"]),
    st.sampled_from(["BR.1", "BR.2", "5531988776655", "553188776655", "553132221100", "16505551234"]),
)


@given(st.lists(aliases, max_size=3), st.lists(aliases, max_size=3))
def test_sharing_is_mutual_and_needs_something_shared(left: list[Alias], right: list[Alias]) -> None:
    assert share_person(left, right) == share_person(right, left)
    assert share_person(left, left) == bool(left)
    if not {alias.kind for alias in left} & {alias.kind for alias in right}:
        assert not share_person(left, right)


@pytest.mark.parametrize(
    ("event", "rotation"),
    [
        (
            "system_user_changed_number",
            Rotation(
                (Alias("bsuid", "US.13491208655302741918"), Alias("phone", "16505551234")),
                (Alias("bsuid", "US.77120033418855210934"), Alias("phone", "12195555358")),
            ),
        ),
        (
            "system_user_changed_number_legacy",
            Rotation((Alias("phone", "16505551234"),), (Alias("phone", "12195555358"),)),
        ),
        (
            "system_user_changed_user_id",
            Rotation((Alias("bsuid", "US.20558713390021774410"),), (Alias("bsuid", "US.90017724410205587133"),)),
        ),
    ],
)
def test_a_change_of_number_or_id_joins_old_and_new(event: str, rotation: Rotation) -> None:
    message = messages.read(split((SAMPLES / event / "body").read_bytes()).items[0].payload)
    assert isinstance(message.body, SystemChange)
    assert rotation_of(message.sender, message.body) == rotation


def test_a_change_that_tells_no_old_id_has_nobody_to_join() -> None:
    change = SystemChange("user_changed_user_id", user_id="BR.2")
    assert rotation_of(Sender(), change) == Rotation((), (Alias("bsuid", "BR.2"),))


def test_what_did_not_change_is_on_neither_side() -> None:
    change = SystemChange("user_changed_user_id", phone="5531988776655", user_id="BR.2", previous_user_id="BR.1")
    rotation = rotation_of(Sender("5531988776655"), change)
    assert rotation == Rotation((BSUID,), (Alias("bsuid", "BR.2"),))
