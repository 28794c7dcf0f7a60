"""Who lives in a history: new acquaintances, floods, and customers whose window has been shut for days."""

from random import Random

from ponte.queue.sqs import PACK_FROM
from sandbox.simulate import town
from sandbox.simulate.town import Town

NOW_S = 1_790_000_000
TOWNS = [town.draw(Random(seed), NOW_S) for seed in range(300)]


def old_chats(drawn: Town) -> list[dict[str, object]]:
    return [chat for portal in drawn.scenario["bitrix24"]["portals"] for chat in portal.get("chats", [])]


def test_there_are_towns_of_every_kind() -> None:
    assert sum(1 for drawn in TOWNS if drawn.flood) > 10
    assert sum(1 for drawn in TOWNS if old_chats(drawn)) > 20
    assert sum(1 for drawn in TOWNS if not drawn.flood and not old_chats(drawn)) > 200


def test_a_flood_is_more_than_travels_one_by_one_and_all_of_one_number() -> None:
    for drawn in TOWNS:
        if drawn.flood:
            assert sum(friend.messages for friend in drawn.friendships) > PACK_FROM
            assert len({friend.phone_number_id for friend in drawn.friendships}) == 1


def test_who_has_an_old_chat_wrote_more_than_a_day_ago() -> None:
    for drawn in TOWNS:
        known = [friend.chat_id for friend in drawn.friendships if friend.chat_id]
        assert known == [chat["chat_id"] for chat in old_chats(drawn)]
        for chat in old_chats(drawn):
            last_inbound_ms = chat["last_inbound_ms"]
            assert isinstance(last_inbound_ms, int)
            assert NOW_S * 1000 - last_inbound_ms > 24 * 3_600_000


def test_a_plain_town_has_neither() -> None:
    for seed in range(100):
        drawn = town.draw(Random(seed), NOW_S, is_plain=True)
        assert not drawn.flood
        assert old_chats(drawn) == []
