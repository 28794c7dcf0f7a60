"""Conversations and messages of offices: stored once, found by each of their ways, never another office's."""

import threading
from dataclasses import replace

import pytest

from ponte.conversas.values import Anexo, Conversa, Mensagem, Unread
from ponte.errors import Contended
from ponte.storage import keys
from ponte.storage.conversas import Conversas, conversa_of, item_of
from ponte.storage.mensagens import PIECE_CHARS, Mensagens
from ponte.storage.table import Update
from sandbox.memory.table import MemoryTable

FULL = Conversa(
    *("silva", 7, 873, 12, "Channel::Api", 5012, "cliente", 1842, 31, "User", "Beatriz", 4, 2, "Maria", "Inventário"),
    *("snoozed", "snoozed", "high", ("a", "b"), False, (Unread(1, 5), Unread(2, 6)), 3, 9, 11, 12, True, "", 1, 2, 3),
)
MESSAGE = Mensagem("silva", 7, 873, 40981, "cliente", "entrada", 5012, "Maria", "Olá\u2028<b>😀", criada_ms=5)


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def conversas(table: MemoryTable) -> Conversas:
    return Conversas(table)


@pytest.fixture
def mensagens(table: MemoryTable) -> Mensagens:
    return Mensagens(table)


def put(conversas: Conversas, one: Conversa) -> Conversa:
    return conversas.change(one.tenant, one.account_id, one.number, lambda _: one, 1_000)[1]


def made(number: int, at_ms: int = 0, **changes: object) -> Conversa:
    base = replace(FULL, number=number, ultima_atividade_ms=at_ms)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_every_field_comes_back(conversas: Conversas) -> None:
    assert all(getattr(FULL, name) for name in FULL.__slots__ if name not in ("can_reply", "error"))
    assert conversa_of(item_of(FULL)) == FULL
    kept = put(conversas, FULL)
    assert conversas.read("silva", 7, 873) == kept == replace(FULL, version=1, created_ms=1_000, saved_ms=1_000)


def test_an_item_without_newer_fields_is_still_read() -> None:
    item = item_of(FULL)
    del item["team_id"], item["unread"]
    assert conversa_of(item) == replace(FULL, team_id=0, unread=())


def test_what_does_not_change_is_not_written(conversas: Conversas, table: MemoryTable) -> None:
    put(conversas, FULL)
    before, after = conversas.change("silva", 7, 873, lambda known: known or FULL, 2_000)
    assert before == after
    assert after.version == 1
    assert {item.get("version", 1) for item in table.items()} == {1}


def test_nobody_elses_change_is_lost(conversas: Conversas) -> None:
    put(conversas, made(1, unread=()))
    barrier = threading.Barrier(4)

    def count(n: int) -> None:
        barrier.wait()
        conversas.change(
            "silva", 7, 1, lambda known: replace(known or FULL, unread=(*(known or FULL).unread, Unread(n, n))), 2_000
        )

    threads = [threading.Thread(target=count, args=(n,)) for n in range(1, 5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    known = conversas.read("silva", 7, 1)
    assert known is not None
    assert sorted(each.message_id for each in known.unread) == [1, 2, 3, 4]


def test_a_change_that_always_meets_a_rival_gives_up(conversas: Conversas, table: MemoryTable) -> None:
    put(conversas, FULL)

    def rival(known: Conversa | None) -> Conversa:
        table.write(Update(*keys.talk("silva", 7, 873), add={"version": 1}))
        return replace(known or FULL, titulo="outro")

    with pytest.raises(Contended):
        conversas.change("silva", 7, 873, rival, 2_000)


def test_each_list_goes_by_the_latest_activity(conversas: Conversas) -> None:
    for number, at_ms in ((1, 5_000), (2, 9_000), (3, 7_000)):
        put(conversas, made(number, at_ms))
    lists = [
        conversas.of_office("silva"),
        conversas.of_person("silva", "cliente", 1842),
        conversas.of_user("silva", 4, "on_hold"),
    ]
    assert [[one.number for one in page.conversas] for page in lists] == [[2, 3, 1]] * 3
    conversas.change("silva", 7, 1, lambda known: replace(known or FULL, ultima_atividade_ms=10_000), 2_000)
    assert [one.number for one in conversas.of_person("silva", "cliente", 1842).conversas] == [1, 2, 3]


def test_pages_follow_each_other(conversas: Conversas) -> None:
    for number in range(1, 6):
        put(conversas, made(number, number * 1000))
    found, cursor = [], ""
    for _ in range(3):
        page = conversas.of_office("silva", 2, cursor)
        found += [one.number for one in page.conversas]
        cursor = page.cursor
    assert (found, cursor) == ([5, 4, 3, 2, 1], "")


def test_an_entry_goes_where_its_conversation_goes(conversas: Conversas, table: MemoryTable) -> None:
    put(conversas, made(1))
    changed = {"status": "open", "usuario_id": 5, "tipo": "terceiro", "entity_id": 9, "synced": False}
    conversas.change("silva", 7, 1, lambda known: replace(known or FULL, **changed), 2_000)  # type: ignore[arg-type]
    assert not conversas.of_user("silva", 4, "on_hold").conversas
    assert not conversas.of_person("silva", "cliente", 1842).conversas
    assert [one.number for one in conversas.of_user("silva", 5).conversas] == [1]
    assert [one.number for one in conversas.of_person("silva", "terceiro", 9).conversas] == [1]
    assert [one.number for one in conversas.unsynced("silva").conversas] == [1]
    gone = {"usuario_id": 0, "tipo": "", "entity_id": 0, "synced": True}
    conversas.change("silva", 7, 1, lambda known: replace(known or FULL, **gone), 3_000)  # type: ignore[arg-type]
    assert [item["sk"] for item in table.items()] == ["TALK"]


def test_offices_are_apart(conversas: Conversas, mensagens: Mensagens) -> None:
    put(conversas, FULL)
    mensagens.keep(MESSAGE, lambda known: known, 1_000)
    assert conversas.read("souza", 7, 873) is None
    assert not conversas.of_office("souza").conversas
    assert not conversas.of_person("souza", "cliente", 1842).conversas
    assert mensagens.read("souza", 7, 873, 40981) is None
    assert not mensagens.page("souza", 7, 873).mensagens
    assert not mensagens.page("silva", 8, 873).mensagens


def test_a_message_is_stored_once(mensagens: Mensagens, table: MemoryTable) -> None:
    assert mensagens.keep(MESSAGE, lambda known: known, 1_000) == (
        None,
        kept := replace(MESSAGE, version=1, saved_ms=1_000),
    )
    assert mensagens.keep(MESSAGE, lambda known: known, 2_000) == (kept, kept)
    before, after = mensagens.keep(MESSAGE, lambda known: replace(known, estado="read"), 3_000)
    assert (before, after.estado, after.version) == (kept, "read", 2)
    assert len(table.items()) == 1


def test_messages_stand_in_their_order(mensagens: Mensagens) -> None:
    for n in (30, 9, 200, 10):
        mensagens.keep(replace(MESSAGE, message_id=n), lambda known: known, 1_000)
    first = mensagens.page("silva", 7, 873, limit=3)
    assert ([one.message_id for one in first.mensagens], first.cursor) == ([9, 10, 30], 30)
    rest = mensagens.page("silva", 7, 873, 30, limit=3)
    assert ([one.message_id for one in rest.mensagens], rest.cursor) == ([200], 0)


LONG = "".join(chr(0x1F600 + n % 50) for n in range(150_000))


def test_the_longest_text_comes_back_whole(mensagens: Mensagens, table: MemoryTable) -> None:
    for n in (1, 2, 3):
        mensagens.keep(replace(MESSAGE, message_id=n, conteudo=LONG), lambda known: known, 1_000)
    found = mensagens.read("silva", 7, 873, 2)
    assert found is not None
    assert found.conteudo == LONG
    texts, cursor = [], 0
    for _ in range(4):
        page = mensagens.page("silva", 7, 873, cursor, limit=2)
        texts += [one.conteudo for one in page.mensagens]
        cursor = page.cursor
        if not cursor:
            break
    assert texts == [LONG] * 3
    assert all(len(str(item.get("piece", "")).encode()) < 390_000 for item in table.items())


def test_a_deletion_leaves_no_piece_of_the_text(mensagens: Mensagens, table: MemoryTable) -> None:
    mensagens.keep(replace(MESSAGE, conteudo=LONG), lambda known: known, 1_000)
    mensagens.keep(MESSAGE, lambda known: replace(known, conteudo="", apagada=True), 2_000)
    (item,) = table.items()
    assert (item["conteudo"], item["pieces"]) == ("", [])


def test_who_loses_a_race_leaves_no_piece_behind(mensagens: Mensagens, table: MemoryTable) -> None:
    other = "x" * (PIECE_CHARS + 1)
    mensagens.keep(MESSAGE, lambda known: known, 1_000)

    def late(known: Mensagem) -> Mensagem:
        if known.conteudo == MESSAGE.conteudo:
            mensagens.keep(MESSAGE, lambda mine: replace(mine, conteudo=other), 2_000)
        return replace(known, conteudo=LONG)

    mensagens.keep(MESSAGE, late, 3_000)
    found = mensagens.read("silva", 7, 873, 40981)
    assert found is not None
    assert found.conteudo == LONG
    assert len(table.items()) == 3


def test_files_and_places_come_back(mensagens: Mensagens) -> None:
    files = (Anexo(1, "image", "a.png", "image/png", 5, "https://x/a"), Anexo(2, "location", latitude="-19.92"))
    mensagens.keep(replace(MESSAGE, anexos=files), lambda known: known, 1_000)
    found = mensagens.read("silva", 7, 873, 40981)
    assert found is not None
    assert found.anexos == files
