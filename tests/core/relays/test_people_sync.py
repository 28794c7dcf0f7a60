"""People in step: made, adopted, edited on either side, merged, deleted; and always at rest in the end."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ponte.chatwoot.values import Labels
from ponte.people.links import Link
from ponte.people.shared import same
from ponte.relays import chatwoot_to_zattar, zattar_to_chatwoot
from ponte.relays.decisions import Finish, Park
from ponte.zattar.values import Person, PhonePair, Tipo

from .office import MARIA, Office


@pytest.fixture
def office() -> Office:
    made = Office()
    made.enter(MARIA)
    return made


def up_to_the_write(office: Office) -> int:
    """Effects until a linked contact has been written to: read both, intend, write."""
    assert office.links
    return 4


def at_rest(office: Office) -> None:
    before = office.writes
    assert office.look() == Finish("SKIPPED", "in_step")
    assert office.writes == before


def test_a_person_becomes_a_contact_with_our_identifier(office: Office) -> None:
    assert office.look() == Finish("SENT")
    contact = office.contact()
    assert (contact.identifier, contact.name) == ("zattar_cliente_7", "MARIA DA SILVA")
    assert (contact.email, contact.phone_number) == ("maria@exemplo.com.br", "+5531988776655")
    assert contact.custom_attributes["entidade_id"] == 7
    assert office.labels[contact.id].names == {"zattar", "cliente", "pessoa_fisica"}
    at_rest(office)


def test_a_new_contact_gets_its_seat_once_and_before_its_link_counts_as_synced(office: Office) -> None:
    office.look(seats=True)
    assert office.links["cliente", 7].pubsub_token_ct == b"token"
    assert office.done.index("SeatContact") < office.done.index("SaveLink")
    assert office.look(seats=True) == Finish("SKIPPED", "in_step")
    assert office.done.count("SeatContact") == 1


def test_somebody_adopted_gets_a_seat_too_and_one_with_an_identifier_of_their_own_none(office: Office) -> None:
    known = office.add(name="Mari", phone_number="+5531988776655")
    office.look(seats=True)
    assert office.contact().id == known
    assert office.links["cliente", 7].source_id == "zattar_cliente_7"
    other = Office()
    other.enter(MARIA)
    other.add(name="Mari", phone_number="+5531988776655", identifier="12345678909")
    other.look(seats=True)
    assert "SeatContact" not in other.done


def test_a_seat_that_is_refused_holds_up_nothing(office: Office) -> None:
    office.seatless = True
    assert office.look(seats=True) == Finish("SENT")
    assert office.links["cliente", 7].synced


def test_without_an_inbox_identifier_nobody_is_seated(office: Office) -> None:
    office.look()
    assert "SeatContact" not in office.done


def test_a_second_look_without_a_change_asks_chatwoot_nothing(office: Office) -> None:
    office.look()
    office.done.clear()
    assert office.look(only_zattar=True) == Finish("SKIPPED", "in_step")
    assert office.done == ["ReadPerson"]


@pytest.mark.parametrize("effects", range(1, 8))
def test_a_crash_anywhere_makes_nobody_twice(office: Office, effects: int) -> None:
    office.look(stop_after=effects)
    office.look()
    assert len(office.contacts) == 1
    at_rest(office)


def test_a_contact_that_was_made_but_never_linked_is_found_again(office: Office) -> None:
    known = office.add(name="MARIA", identifier="zattar_cliente_7")
    office.look()
    assert office.contact().id == known
    assert "CreateContact" not in office.done


def test_somebody_who_wrote_before_they_were_entered_is_adopted(office: Office) -> None:
    known = office.add(name="Mari", phone_number="+5531988776655")
    office.labels[known] = Labels(frozenset({"vip"}))
    office.look()
    assert office.contact().id == known
    assert office.contact().identifier == "zattar_cliente_7"
    assert office.labels[known].names == {"vip", "zattar", "cliente", "pessoa_fisica"}
    at_rest(office)


def test_a_phone_that_another_person_has_is_left_to_them(office: Office) -> None:
    office.look()
    other = office.enter(Person(Tipo.TERCEIRO, 9, nome="João", celular=MARIA.celular, updated_at="1"))
    office.look(Tipo.TERCEIRO, 9)
    contact = office.contact(9, Tipo.TERCEIRO)
    assert (contact.phone_number, contact.name) == (None, "JOAO")
    assert office.contact().phone_number == "+5531988776655"
    assert [(each.name, each.kind) for each in office.dissents] == [("phone", "taken")]
    writes = office.writes
    office.look(Tipo.TERCEIRO, 9)
    assert office.people[other.tipo, 9].celular == MARIA.celular, "nobody took it away in Chatwoot"
    assert office.writes <= writes + 1


def test_two_roles_of_one_person_are_two_contacts(office: Office) -> None:
    office.look()
    office.enter(Person(Tipo.PARTE_CONTRARIA, 7, nome=MARIA.nome, updated_at="1"))
    office.look(Tipo.PARTE_CONTRARIA, 7)
    assert {each.identifier for each in office.contacts.values()} == {"zattar_cliente_7", "zattar_parte_contraria_7"}


def test_an_edit_in_zattar_is_one_write(office: Office) -> None:
    office.look()
    office.edit(MARIA, celular=PhonePair("(31)", "9 7777-6666"))
    before = office.writes
    assert office.look(only_zattar=True) == Finish("SENT")
    assert office.contact().phone_number == "+5531977776666"
    assert office.writes == before + 1
    at_rest(office)


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({"phone_number": "+5531977776666"}, "celular", PhonePair("31", "977776666")),
        ({"phone_number": None}, "celular", PhonePair()),
        ({"email": "nova@exemplo.com.br"}, "emails", ("nova@exemplo.com.br",)),
        ({"email": None}, "emails", ()),
    ],
)
def test_an_edit_in_chatwoot_of_what_is_shared_is_one_write(
    office: Office, fields: dict[str, Any], column: str, value: object
) -> None:
    office.look()
    office.write_in(office.contact().id, **fields)
    before = office.writes
    assert office.look() == Finish("SENT")
    assert getattr(office.people["cliente", 7], column) == value
    assert office.writes == before + 1
    at_rest(office)


def test_the_other_emails_of_a_person_stay(office: Office) -> None:
    office.edit(MARIA, emails=("maria@exemplo.com.br", "trabalho@exemplo.com.br"))
    office.look()
    office.write_in(office.contact().id, email="nova@exemplo.com.br")
    office.look()
    assert office.people["cliente", 7].emails == ("nova@exemplo.com.br", "trabalho@exemplo.com.br")


def test_a_business_phone_is_written_back_where_it_came_from(office: Office) -> None:
    office.edit(MARIA, celular=PhonePair(), comercial=PhonePair("31", "3333-4444"))
    office.look()
    office.write_in(office.contact().id, phone_number="+553133335555")
    office.look()
    person = office.people["cliente", 7]
    assert (person.celular, person.comercial) == (PhonePair(), PhonePair("31", "33335555"))


def test_what_somebody_writes_into_the_row_in_between_is_not_overwritten(office: Office) -> None:
    office.look()
    office.write_in(office.contact().id, email="nova@exemplo.com.br")
    office.look(stop_after=2)
    office.edit(MARIA, nome="Maria Souza")
    office.look()
    assert office.people["cliente", 7].nome == "Maria Souza"
    assert office.people["cliente", 7].emails == ("nova@exemplo.com.br",)
    assert office.contact().name == "MARIA SOUZA"


def test_a_name_edited_in_chatwoot_is_put_back_and_listed(office: Office) -> None:
    office.look()
    office.write_in(office.contact().id, name="Mari")
    office.look()
    assert office.contact().name == "MARIA DA SILVA"
    assert [(each.name, each.kind, each.lost) for each in office.dissents] == [("name", "put_back", "Mari")]


def test_a_contact_merged_into_another_takes_the_link_along(office: Office) -> None:
    office.look()
    gone = office.contact().id
    stays = office.add(name="Mari", phone_number="+5531988776655")
    del office.contacts[gone]
    office.write_in(stays, identifier="zattar_cliente_7")
    office.look()
    assert office.contact().id == stays
    at_rest(office)


def test_a_contact_merged_into_one_with_a_name_of_its_own_is_known_by_its_phone(office: Office) -> None:
    office.look()
    del office.contacts[office.contact().id]
    stays = office.add(name="Mari", identifier="crm-12", phone_number="+5531988776655")
    office.look()
    assert office.contact().id == stays
    assert office.contact().identifier == "crm-12", "it is not ours to change"
    at_rest(office)


def test_a_deleted_contact_is_left_deleted_until_somebody_asks(office: Office) -> None:
    office.look()
    office.contacts.clear()
    assert office.look() == Finish("SKIPPED", "contact_deleted")
    assert office.links["cliente", 7].error == "CONTACT_NOT_FOUND"
    office.edit(MARIA, nome="Maria Souza")
    assert office.look(only_zattar=True) == Finish("SKIPPED", "contact_deleted")
    assert office.contacts == {}
    assert office.look(insists=True) == Finish("SENT")
    assert office.contact().name == "MARIA SOUZA"
    assert office.links["cliente", 7].error == ""


def test_a_person_who_is_gone_leaves_the_contact_alone(office: Office) -> None:
    office.look()
    office.people.clear()
    assert office.look() == Finish("SENT", "link_ended")
    assert (len(office.contacts), office.links) == (1, {})
    assert office.look() == Finish("SKIPPED", "person_gone")


def test_a_loop_is_stopped_by_the_budget(office: Office) -> None:
    assert office.look(writes_left=0) == Park("reason.office.loop")


def test_a_phone_abroad_stays_in_chatwoot_and_is_listed(office: Office) -> None:
    office.look()
    office.write_in(office.contact().id, phone_number="+12125550100")
    assert office.look() == Finish("SKIPPED", "in_step")
    assert office.contact().phone_number == "+12125550100"
    assert [each.kind for each in office.dissents] == ["cannot_hold"]


def test_the_shown_and_the_read_side_agree_on_what_they_wrote(office: Office) -> None:
    office.look()
    link, contact = office.links["cliente", 7], office.contact()
    seen = chatwoot_to_zattar.shown(contact)
    assert zattar_to_chatwoot.mark(seen, labelled=False) == link.contact_mark, "its webhook is known for an echo"


PHONES = ("+5531988776655", "+553188776655", "+5531911112222", "+12125550100", None)
EMAILS = ("maria@exemplo.com.br", "a@x.br", "b@x.br", None)
edits = st.one_of(
    st.tuples(st.just("zattar"), st.sampled_from(["nome"]), st.sampled_from(["Maria", "Ana Souza", "MARIA"])),
    st.tuples(st.just("zattar"), st.just("emails"), st.sampled_from([(), ("a@x.br",), ("b@x.br", "c@x.br")])),
    st.tuples(
        st.just("zattar"),
        st.just("celular"),
        st.sampled_from([PhonePair(), PhonePair("31", "911112222"), PhonePair("31", "88776655")]),
    ),
    st.tuples(st.just("chatwoot"), st.just("name"), st.sampled_from(["Mari", "ANA SOUZA"])),
    st.tuples(st.just("chatwoot"), st.just("phone_number"), st.sampled_from(PHONES)),
    st.tuples(st.just("chatwoot"), st.just("email"), st.sampled_from(EMAILS)),
    st.tuples(st.just("look"), st.just(""), st.integers(1, 9)),
)


@settings(max_examples=1_000)
@given(st.lists(edits, max_size=14))
def test_after_any_edits_on_both_sides_both_show_the_same_and_rest(schedule: list[tuple[str, str, Any]]) -> None:
    office = Office()
    office.enter(MARIA)
    office.look()
    for side, name, value in schedule:
        if side == "zattar":
            office.edit(MARIA, **{name: value})
        elif side == "chatwoot":
            office.write_in(office.contact().id, **{name: value})
        else:
            office.look(stop_after=value)
    for _ in range(3):
        office.look()
    at_rest(office)
    ours = zattar_to_chatwoot.shown(office.people["cliente", 7])
    theirs = chatwoot_to_zattar.shown(office.contact(), office.labels[office.contact().id])
    assert ours.name == theirs.name
    assert ours.labels == theirs.labels
    held = {each.name for each in office.dissents if each.kind == "cannot_hold"}
    assert same("email", ours.email, theirs.email)
    assert same("phone", ours.phone, theirs.phone) or "phone" in held


@given(edits)
def test_one_edit_costs_at_most_two_writes(edit: tuple[str, str, Any]) -> None:
    office = Office()
    office.enter(MARIA)
    office.look()
    before, (side, name, value) = office.writes, edit
    if side == "zattar":
        office.edit(MARIA, **{name: value})
    elif side == "chatwoot":
        office.write_in(office.contact().id, **{name: value})
    for _ in range(3):
        office.look()
    assert office.writes - before <= 2


def test_a_crash_between_the_write_and_the_save_leaves_the_conflict_listed(office: Office) -> None:
    office.look()
    office.write_in(office.contact().id, email="a@x.br")
    office.edit(MARIA, emails=("b@x.br",))
    office.look(stop_after=up_to_the_write(office))
    office.look()
    assert [(each.kind, each.lost) for each in office.dissents] == [("both_changed", "a@x.br")]


def test_what_we_wrote_before_a_crash_is_no_edit_of_chatwoots(office: Office) -> None:
    office.look()
    office.edit(MARIA, emails=("b@x.br",))
    office.look(stop_after=up_to_the_write(office))
    assert office.contact().email == "b@x.br"
    office.edit(MARIA, emails=("maria@exemplo.com.br",))
    office.look()
    assert office.people["cliente", 7].emails == ("maria@exemplo.com.br",)
    assert office.contact().email == "maria@exemplo.com.br"
    assert office.dissents == []


def test_what_zattar_cleared_while_the_contact_was_being_made_stays_cleared(office: Office) -> None:
    office.look(stop_after=5)  # read, looked for, made, read, linked; nothing saved
    assert office.contact().email == "maria@exemplo.com.br"
    office.edit(MARIA, emails=())
    office.look()
    assert office.people["cliente", 7].emails == ()
    assert not office.contact().email


def test_a_contact_that_another_person_was_quicker_to_be_found_in_is_left_to_them(office: Office) -> None:
    stranger = office.add(name="Maria", email="maria@exemplo.com.br")
    office.links["terceiro", 3] = Link("office", "terceiro", 3, 1, stranger)
    office.look()
    assert office.links["cliente", 7].contact_id != stranger
    assert office.contact().identifier == "zattar_cliente_7"
