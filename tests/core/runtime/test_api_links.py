"""/vinculos: links by hand, shown beforehand; parted, and not joined again by an event."""

import pytest

from tests.core.runtime.office_api import (
    ACCOUNT,
    ANA,
    BIA,
    CHATWOOT,
    CONTACT,
    HOSTS,
    LINKED,
    LINKED_CONTACT,
    OTHER,
    TENANT,
    Answer,
    Bench,
)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def link(bench: Bench, entity: int = ANA, contact: int = CONTACT, path: str = "/vinculos", **more: str) -> Answer:
    body = {"tipo_entidade": "cliente", "entidade_id": entity, "chatwoot_contact_id": contact}
    return bench.call("POST", path, body, **more)


def audited(bench: Bench) -> list[str]:
    return [str(item["action"]) for item in bench.tables.audit._items.values() if "action" in item]  # type: ignore[attr-defined]


def test_a_link_by_hand_is_kept_told_of_and_brought_into_step(bench: Bench) -> None:
    answer = link(bench)
    assert answer.status == 201
    assert answer.tree == {
        "tipo_entidade": "cliente",
        "entidade_id": ANA,
        "chatwoot_contact_id": CONTACT,
        "chatwoot_account_id": ACCOUNT,
        "sincronizado": False,
        "erro_sincronizacao": None,
        "ultima_sincronizacao": None,
        "dados_sincronizados": {},
    }
    assert bench.call("GET", f"/partes/cliente/{ANA}/vinculo").tree == answer.tree
    assert [queued.conversation for queued in bench.queued] == [f"{TENANT}|cliente|{ANA}"]
    assert audited(bench) == ["link.made"]
    assert link(bench).status == 201, "the same link again is the one that stands"


def test_a_contact_that_shows_somebody_else_stays_theirs_and_is_named(bench: Bench) -> None:
    answer = link(bench, BIA, LINKED_CONTACT)
    assert answer.problem == (409, "CONFLICT", "chatwoot_contact_id")
    assert f"cliente {LINKED}" in answer.tree["erro"]["mensagem"]
    assert (bench.queued, audited(bench)) == ([], [])


def test_a_person_who_has_another_contact_keeps_it_and_it_is_named(bench: Bench) -> None:
    answer = link(bench, LINKED, CONTACT)
    assert answer.problem == (409, "CONFLICT", "entidade_id")
    assert str(LINKED_CONTACT) in answer.tree["erro"]["mensagem"]


@pytest.mark.parametrize("path", ["/vinculos", "/vinculos/previa"])
def test_who_is_not_there_cannot_be_linked(bench: Bench, path: str) -> None:
    assert link(bench, 999, CONTACT, path).problem == (404, "NOT_FOUND", "entidade_id")
    assert link(bench, ANA, 999, path).problem == (404, "NOT_FOUND", "chatwoot_contact_id")
    assert bench.queued == []


@pytest.mark.parametrize("path", ["/vinculos", "/vinculos/previa"])
def test_an_office_without_chatwoot_links_nobody(bench: Bench, path: str) -> None:
    assert link(bench, path=path, tenant=OTHER).problem == (409, "NO_INTEGRATION", "")


def test_the_scope_is_asked_for_before_anything_else(bench: Bench) -> None:
    assert link(bench, user="admin_only").status == 403
    assert bench.call("DELETE", f"/vinculos/cliente/{LINKED}", user="admin_only").status == 403
    assert {host for _, host, path in bench.asked if "auth" not in path} == set()


def test_a_preview_shows_what_would_change_and_changes_nothing(bench: Bench) -> None:
    answer = link(bench, path="/vinculos/previa")
    assert answer.status == 200
    changes = {each["campo"]: each for each in answer.tree["mudancas"]}
    assert changes["nome"]["resultado"] == changes["nome"]["valor_zattar"] == "ANA LIMA"
    assert changes["nome"]["valor_chatwoot"] == "aninha"
    assert (changes["telefone"]["valor_zattar"], changes["telefone"]["resultado"]) == (None, "+5531988776655")
    assert (changes["email"]["valor_chatwoot"], changes["email"]["resultado"]) == (None, "ana@mail.example")
    assert "zattar" in answer.tree["etiquetas_adicionadas"]
    assert answer.tree["impedimento"] is None
    assert {method for method, _, _ in bench.asked} == {"GET"}
    assert (bench.queued, audited(bench)) == ([], [])
    assert bench.call("GET", f"/partes/cliente/{ANA}/vinculo").status == 404


def test_a_preview_says_what_stands_in_the_way(bench: Bench) -> None:
    answer = link(bench, BIA, LINKED_CONTACT, "/vinculos/previa")
    assert answer.status == 200
    assert f"cliente {LINKED}" in answer.tree["impedimento"]


@pytest.mark.parametrize("host", [CHATWOOT, HOSTS[TENANT]])
def test_while_one_side_is_away_it_is_said_when_to_come_back(bench: Bench, host: str) -> None:
    bench.call("GET", "/nada")  # the caller is known by now
    bench.down.add(host)
    answer = link(bench)
    assert answer.problem == (503, "API_UNAVAILABLE", "")
    assert "retry-after" in answer.headers


def test_an_ended_link_is_gone_and_stays_so(bench: Bench) -> None:
    path = f"/vinculos/cliente/{LINKED}"
    answer = bench.call("DELETE", path)
    assert (answer.status, answer.tree) == (204, None)
    assert bench.call("GET", f"/partes/cliente/{LINKED}/vinculo").status == 404
    assert bench.call("DELETE", path).problem == (404, "NOT_FOUND", "id")
    assert audited(bench) == ["link.ended"]
    assert bench.means.links.is_unlinked(TENANT, "cliente", LINKED)
    assert link(bench, BIA, LINKED_CONTACT).status == 201, "the contact is free"


def test_another_offices_link_cannot_be_ended(bench: Bench) -> None:
    assert bench.call("DELETE", f"/vinculos/cliente/{LINKED}", tenant=OTHER).status == 404
    assert bench.call("GET", f"/partes/cliente/{LINKED}/vinculo").status == 200
