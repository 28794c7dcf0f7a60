"""Suggestions from both systems' fakes to the API: found by a walk or a post, accepted into a link, or refused."""

from typing import Any

import pytest

from ponte.chatwoot.values import Contact
from ponte.outcome import Succeeded, Transient
from ponte.people.links import Link
from ponte.queue.envelope import Envelope
from ponte.relays.office_effects import SuggestPeople
from ponte.runtime.office_performer import OfficePerformer
from ponte.runtime.people_suggestions import SuggestionDesk
from ponte.storage.claims import Claimed
from ponte.zattar import answers, requests
from ponte.zattar.values import Tipo
from tests.core.runtime.office_api import ACCOUNT, ANA, CHATWOOT, CONTACT, HOSTS, TENANT, Bench, auth_id

THE_ONE = f"{CONTACT}-cliente-{ANA}"


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def desk(bench: Bench) -> SuggestionDesk:
    return SuggestionDesk(bench.means, bench)


def give_ana_the_contacts_phone(bench: Bench) -> None:
    """Somebody completes the row in Zattar."""
    found = bench.means.calls.zattar(TENANT, requests.person(Tipo.CLIENTE, ANA), 5.0)
    assert isinstance(found, Succeeded)
    person = answers.person(found.result, Tipo.CLIENTE)
    assert person is not None
    pair = requests.phone_columns("celular", "31", "8877-6655")
    assert isinstance(bench.means.calls.zattar(TENANT, requests.update_person(person, pair), 5.0), Succeeded)
    bench.asked.clear()


def listed(bench: Bench) -> list[tuple[int, int, str, str]]:
    answer = bench.call("GET", "/sugestoes")
    assert answer.status == 200
    return [
        (each["chatwoot_contact_id"], each["entidade_id"], each["motivo"], each["grau"])
        for each in answer.tree["sugestoes"]
    ]


def test_a_walk_finds_unlinked_contacts_by_a_phone_of_the_older_form(bench: Bench, desk: SuggestionDesk) -> None:
    give_ana_the_contacts_phone(bench)
    walked = desk.walk(TENANT, 1)
    assert (walked.seen, walked.found, walked.next_page, walked.code) == (1, 1, 0, "")
    assert listed(bench) == [(CONTACT, ANA, "phone", "weak")]
    assert not [method for method, _, _ in bench.asked if method in ("PUT", "PATCH", "DELETE")]


def test_a_walk_that_is_refused_says_where_it_stopped(bench: Bench, desk: SuggestionDesk) -> None:
    bench.down.add(CHATWOOT)
    assert desk.walk(TENANT, 1).code
    bench.down = {HOSTS[TENANT]}
    assert desk.walk(TENANT, 1).code
    bench.down.clear()
    assert listed(bench) == []


def test_accepting_links_the_two_and_has_them_looked_at(bench: Bench, desk: SuggestionDesk) -> None:
    give_ana_the_contacts_phone(bench)
    desk.walk(TENANT, 1)
    answer = bench.call("POST", f"/sugestoes/{THE_ONE}/aceitar")
    assert answer.status == 202
    link = bench.means.links.of_person(TENANT, "cliente", ANA)
    assert link is not None
    assert link.contact_id == CONTACT
    (wish,) = bench.queued
    assert (wish.payload["entity_id"], wish.payload["by"]) == (ANA, f"user:{auth_id(TENANT, 'admin')}")
    (row,) = bench.means.audit.of_person(TENANT, "cliente", ANA)
    assert (row.action, row.by, row.contact) == ("link.made", f"user:{auth_id(TENANT, 'admin')}", (ACCOUNT, CONTACT))
    assert listed(bench) == []
    assert bench.call("POST", f"/sugestoes/{THE_ONE}/aceitar").problem == (409, "CONFLICT", "id")


def test_a_crash_between_link_and_answer_is_mended_by_asking_again(bench: Bench, desk: SuggestionDesk) -> None:
    give_ana_the_contacts_phone(bench)
    desk.walk(TENANT, 1)
    send = bench.send

    def gone(*_args: Any, **_kwargs: Any) -> int:
        raise OSError

    bench.send = gone  # type: ignore[method-assign]
    with pytest.raises(OSError):
        desk.accept(TENANT, THE_ONE, "ana")
    bench.send = send  # type: ignore[method-assign]
    assert desk.accept(TENANT, THE_ONE, "ana").entity_id == ANA
    assert len(bench.queued) == 1


def test_who_is_linked_meanwhile_is_told_of(bench: Bench, desk: SuggestionDesk) -> None:
    give_ana_the_contacts_phone(bench)
    desk.walk(TENANT, 1)
    bench.call("POST", "/vinculos", {"tipo_entidade": "cliente", "entidade_id": 2, "chatwoot_contact_id": CONTACT})
    assert bench.call("POST", f"/sugestoes/{THE_ONE}/aceitar").problem == (409, "CONFLICT", "id")
    assert bench.means.links.of_person(TENANT, "cliente", ANA) is None


def test_a_refused_pair_does_not_come_back(bench: Bench, desk: SuggestionDesk) -> None:
    give_ana_the_contacts_phone(bench)
    desk.walk(TENANT, 1)
    assert bench.call("POST", f"/sugestoes/{THE_ONE}/recusar").status == 204
    assert desk.walk(TENANT, 1).found == 0
    assert listed(bench) == []


@pytest.mark.parametrize("verb", ["aceitar", "recusar"])
def test_only_administrators_of_the_office_answer(bench: Bench, desk: SuggestionDesk, verb: str) -> None:
    give_ana_the_contacts_phone(bench)
    desk.walk(TENANT, 1)
    path = f"/sugestoes/{THE_ONE}/{verb}"
    assert bench.call("POST", path, user="sync").problem[:2] == (403, "FORBIDDEN")
    assert bench.call("POST", path, tenant="souza").status in (404, 409)
    assert bench.call("POST", f"/sugestoes/99-cliente-{ANA}/{verb}").problem == (404, "NOT_FOUND", "id")
    assert bench.call("POST", f"/sugestoes/x/{verb}").status == 422
    assert bench.call("GET", "/sugestoes", user="sync").status == 403
    assert listed(bench) == [(CONTACT, ANA, "phone", "weak")]


def test_a_post_of_an_unlinked_contact_is_looked_up_at_once(bench: Bench) -> None:
    performer = OfficePerformer(bench.means, TENANT, "", 0)
    effect = SuggestPeople(ACCOUNT, Contact(CONTACT, email="ANA@mail.example"))
    assert performer.perform(effect, None, 5.0) == Succeeded({"found": 1})  # type: ignore[arg-type]
    assert listed(bench) == [(CONTACT, ANA, "email", "weak")]


def test_a_linked_person_is_nobodys_suggestion(bench: Bench) -> None:
    """Ana has another contact by now."""
    bench.means.links.make(Link(TENANT, "cliente", ANA, ACCOUNT, 99), 1)
    effect = SuggestPeople(ACCOUNT, Contact(CONTACT, email="ana@mail.example"))
    performer = OfficePerformer(bench.means, TENANT, "", 0)
    assert performer.perform(effect, None, 5.0) == Succeeded({"found": 0})  # type: ignore[arg-type]
    assert listed(bench) == []


def test_while_zattar_is_away_a_post_waits(bench: Bench) -> None:
    bench.down.add(HOSTS[TENANT])
    effect = SuggestPeople(ACCOUNT, Contact(CONTACT, email="ana@mail.example"))
    one = Claimed(Envelope("cw", TENANT, "51|1", "contact_updated", "c", 1, 1), "me", 1, 1, 1, "fresh")
    assert isinstance(OfficePerformer(bench.means, TENANT, "", 0).perform(effect, one, 5.0), Transient)
