"""What must hold when a history has come to rest, read off the customers' phones and the operators' screens.

The fakes' own state says what people see. Our ledger is asked for one thing only: whether a message is owned up to as
parked or as `dup_risk`, for which a second copy, but no silence, is allowed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from ponte.relays.inbound_media import LATE
from ponte.relays.whatsapp_to_bitrix24 import message_id
from ponte.relays.window import RELEASED_BY_THE_CUSTOMER
from ponte.storage.ledger_items import STEP
from sandbox.phones import Phone
from sandbox.portals import ImChat, ImMessage, PortalState
from sandbox.simulate import chat_invariants
from sandbox.simulate.file_invariants import FileJudge
from sandbox.simulate.history import History
from sandbox.simulate.marks import FILE_MARK, PIECE
from sandbox.simulate.people import FORGED, whom
from sandbox.simulate.providers import Said
from sandbox.simulate.verdict import Verdict

HELD = RELEASED_BY_THE_CUSTOMER  # no reason to be late: such a reply keeps its place before what is written after it
FINAL = {"SENT", "SKIPPED", "PARKED"}
ENOUGH_TRIES = 9
PROOF_MS = 60_000  # a receipt that was taken so long ago has been worked on


def judge(history: History) -> Verdict:
    """Every invariant, on a history that has run."""
    verdict = Verdict()
    if history.problem:
        verdict.add("restless", history.problem)
    for bug in history.told.bugs:
        verdict.add("bug", bug)
    for function in history.told.unequal:
        verdict.add("group held up", function)
    if history.ledger.fallen:
        verdict.add("rank fell", str(history.ledger.fallen))
    reading = _Reading(history, verdict)
    reading.ledger()
    reading.customers()
    reading.operators()
    chat_invariants.judge(history, verdict, reading.items, reading.portals)
    reading.strangers()
    return verdict


class _Reading:
    def __init__(self, history: History, verdict: Verdict) -> None:
        self._history = history
        self._verdict = verdict
        self._files = FileJudge(verdict, history.land.strait.dropped)
        self.items = {str(item["event_id"]): item for item in history.items()}
        self._by_short = {(str(i["scope"]), str(i["source_id"])): i for i in self.items.values()}
        self.portals = {
            line["phone_number_id"]: (portal, line["line"])
            for portal in history.world.portals
            for line in portal.config["lines"]
        }

    def ledger(self) -> None:
        """Nothing is left open, nothing given up early, nothing in the dead letters."""
        for event_id, item in self.items.items():
            if item["st"] not in FINAL:
                self._verdict.add("left open", f"{event_id} {item['st']}")
            if item["st"] == "PARKED":
                self._verdict.add("still parked", f"{event_id} {item.get('reason')}")
            log = [(entry["step"], entry.get("detail", "")) for entry in item.get("log", [])]
            tries = sum(1 for step, _ in log if step == "retry")
            if ("parked", "reason.gave_up") in log and tries < ENOUGH_TRIES:
                self._verdict.add("gave up early", event_id)
        for name, queue in self._history.queues.items():
            if queue.dead:
                self._verdict.add("dead letter", name)

    def customers(self) -> None:
        """Each customer's message once, in their one chat, in order."""
        places = self._where_customers_are()
        silent: Counter[int] = Counter()
        by_conversation: dict[tuple[str, str], list[Said]] = defaultdict(list)
        for said in self._history.people.said:
            by_conversation[said.phone_number_id, said.customer].append(said)
        for (number, customer), messages in by_conversation.items():
            portal, line = self.portals[number]
            for said in messages:
                found = places.get(said.id, [])
                item = self.items.get(f"wa|{number}|{said.id}")
                self._count(said, len(found), item)
                for other, chat, shown in found:
                    if other is not portal or chat.line != line or not _shows_only(chat, customer):
                        self._verdict.add("misplaced", said.id)
                    if said.text and said.text.split()[0] not in shown.text:
                        self._verdict.add("garbled", said.id)
                if said.files and found:
                    silent[id(found[0][1])] += self._files.in_chat(said, [shown for _, _, shown in found])
            positions = {said.id: places[said.id][0] for said in messages if said.id in places}
            first = {
                said_id: chat.messages.index(next(m for m in chat.messages if message_id(said_id) in m.connector_mids))
                for said_id, (_, chat, _) in positions.items()
            }
            self._in_order(messages, first, {said.id: f"wa|{number}|{said.id}" for said in messages})

        repeated = sum(1 for item in self.items.values() if item.get("dup_risk") or f"{STEP}{LATE}" in item)
        for portal in self._history.world.portals:
            for chat in portal.chats.values():
                self._files.notices(chat, silent[id(chat)], repeated)

    def operators(self) -> None:
        """Each operator's message once on the customer's phone, whole, in order, and acknowledged with all its ids."""
        by_phone: dict[tuple[str, str], list[Said]] = defaultdict(list)
        for said in self._history.people.answered:
            by_phone[said.phone_number_id, said.customer].append(said)
        for phone in self._history.world.phones.phones:
            messages = by_phone.pop((phone.phone_number_id, whom(phone)), [])
            self._phone(phone, messages)
            asked = sum(1 for m in phone.messages if m.kind == "template")
            risked = any("template" in str(item.get("log")) and item.get("dup_risk") for item in self.items.values())
            if asked > self._old(phone) and not risked:
                self._verdict.add("asked too often", f"{whom(phone)}: {asked}")
        for messages in by_phone.values():
            for said in messages:
                self._verdict.add("lost", f"{said.id}: no such phone")

    def _phone(self, phone: Phone, messages: list[Said]) -> None:
        portal, _ = self.portals[phone.phone_number_id]
        pieces: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        sent_files: dict[str, set[str]] = defaultdict(set)
        for at, shown in enumerate(m for m in phone.messages if m.sender == "business"):
            for token, word in PIECE.findall(shown.text):
                pieces[token].append((at, int(word), shown.id))
            if shown.file and (mark := FILE_MARK.search(shown.file.data)):
                sent_files[mark[1].decode()].add(shown.id)
        known = {_token(said): said for said in messages}
        for token in pieces.keys() | sent_files.keys():
            if token not in known:
                self._verdict.add("misplaced", f"o{token}")
        positions: dict[str, int] = {}
        events: dict[str, str] = {}
        for token in known:
            same = [said for said in messages if _token(said) == token]
            length = len(PIECE.findall(same[0].text))
            words = [word for _, word, _ in pieces.get(token, [])]
            copies = words.count(0)
            items = [self._by_short.get((portal.config["member_id"], said.id)) for said in same]
            self._count_same(same, copies, items)
            risked = any(item and item.get("dup_risk") for item in items)
            if not risked and copies and words != list(range(length)) * copies:
                self._verdict.add("garbled", f"o{token}: {len(words)} of {length} words, or out of order")
            if len(same) == 1 and copies:
                positions[same[0].id] = pieces[token][0][0]
            for said, item in zip(same, items, strict=True):
                events[said.id] = str(item["event_id"]) if item else ""
                if item and item["st"] == "SENT":
                    unclear = len(same) > 1 or risked
                    wamids = {wamid for _, _, wamid in pieces.get(token, [])} | sent_files[token]
                    self._acknowledged(portal, said, wamids, unclear)
                if said.files:
                    parked = self._was_late(said, events[said.id])
                    chat = self._chat_with(portal, said)
                    healed = said.accepted_ms is None or self._was_spilled(said.id)
                    self._files.on_phone(said, phone.messages, chat, risked=risked, parked=parked, healed=healed)
                elif item and item.get("dup_risk") and copies and len(same) == 1:
                    self._resent(said, item, pieces[token][0][2])
        self._in_order(messages, positions, events)

    def strangers(self) -> None:
        """Nothing that was forged shows anywhere; no portals know a customer by one name of ours; no portal lost its
        grant without a lost answer of the server."""
        history = self._history
        known = Counter(name for p in history.world.portals for name in {chat.external for chat in p.chats.values()})
        if known and max(known.values()) > 1:
            self._verdict.add("tenants mixed", "one person in two portals")
        screens = [m.text for portal in history.world.portals for c in portal.chats.values() for m in c.messages]
        screens += [m.text for phone in history.world.phones.phones for m in phone.messages]
        if any(FORGED in text for text in screens) or any(FORGED in str(item) for item in self.items.values()):
            self._verdict.add("forged", "an unauthenticated post had an effect")
        if history.told.counts["bitrix24_token.reauth"] and not history.weather.lost_grants:
            self._verdict.add("grant lost", "a refresh token was used twice")

    def _where_customers_are(self) -> dict[str, list[tuple[PortalState, ImChat, ImMessage]]]:
        places: dict[str, list[tuple[PortalState, ImChat, ImMessage]]] = defaultdict(list)
        for portal in self._history.world.portals:
            for chat in portal.chats.values():
                for message in chat.messages:
                    if message.sender == "customer":
                        for mid in message.connector_mids:
                            places[mid].append((portal, chat, message))
        return dict(places)

    def _count(self, said: Said, copies: int, item: dict[str, Any] | None) -> None:
        self._count_same([said], copies, [item])

    def _count_same(self, same: list[Said], copies: int, items: list[dict[str, Any] | None]) -> None:
        """same: messages of one text, which a screen cannot tell apart."""
        risked = sum(1 for item in items if item and item.get("dup_risk"))
        parked = sum(1 for item in items if item and item["st"] == "PARKED")
        untaken = sum(1 for said in same if said.accepted_ms is None)
        self._verdict.messages += len(same)
        self._verdict.risked += risked
        self._verdict.unposted += untaken
        if copies > len(same):
            if not risked:
                self._verdict.add("doubled", f"{same[0].id}: {copies} for {len(same)}")
            self._verdict.copied += 1
        if copies < len(same) - parked:
            state = items[0]["st"] if items[0] else "never seen"
            self._verdict.add("lost", f"{same[0].id}: {copies} for {len(same)}, {state}")

    def _in_order(self, messages: list[Said], position: dict[str, int], events: dict[str, str]) -> None:
        """What was taken before another was posted, or stood before it in one post, shows before it, unless one of them
        was spilled or parked. messages: as they were written."""
        steady = []
        for said in messages:
            if said.id not in position or said.accepted_ms is None:
                continue
            if self._was_late(said, events[said.id]):
                self._verdict.late += 1
                continue
            steady.append(said)
        for at, earlier in enumerate(steady):
            for number, later in enumerate(steady):
                taken_first = earlier.accepted_ms is not None and earlier.accepted_ms < later.posted_ms
                in_one_post = at < number and earlier.post == later.post != 0
                if self._was_held(events[earlier.id]) and self.items[events[later.id]].get("dup_risk"):
                    continue  # a send that may have gone out is settled at once, whoever waits before it
                if (taken_first or in_one_post) and position[earlier.id] > position[later.id]:
                    self._verdict.add("reordered", f"{earlier.id} after {later.id}")

    def _was_late(self, said: Said, event_id: str) -> bool:
        item = self.items.get(event_id)
        log = (item or {}).get("log", [])
        parked = any(entry["step"] == "parked" and entry.get("detail") not in HELD for entry in log)
        return parked or self._was_spilled(said.id)

    def _was_held(self, event_id: str) -> bool:
        log = self.items.get(event_id, {}).get("log", [])
        return any(entry["step"] == "parked" and entry.get("detail") in HELD for entry in log)

    def _was_spilled(self, source_id: str) -> bool:
        needle = source_id.encode()
        return any(needle in body for body in self._history.store.spilled)

    def _resent(self, said: Said, item: dict[str, Any], first_wamid: str) -> None:
        """A send may only be repeated while no receipt of it has come. (One whose worker died with it is hidden for the
        queue's visibility time-out, so that it proves nothing yet.)"""
        if self._was_spilled(first_wamid):
            return
        proved_ms = self._history.posts.receipts.taken_ms.get(first_wamid)
        risks = [entry["at_ms"] for entry in item["log"] if entry["step"] == "dup_risk" and entry["detail"] == "send0"]
        if not proved_ms or not risks or proved_ms + PROOF_MS >= risks[0]:
            return
        deaths = [ms for function, ms in self._history.platform.died if function == "whatsapp_statuses"]
        if not any(proved_ms <= ms <= risks[0] for ms in deaths):
            self._verdict.add("resent against the proof", said.id)

    def _acknowledged(self, portal: PortalState, said: Said, wamids: set[str], unclear: bool) -> None:
        """unclear: `wamids` may be more than this message's, for another has its text or it was sent again."""
        chat = self._chat_with(portal, said)
        shown = next((m for m in chat.messages if str(m.id) == said.id), None) if chat else None
        if shown is None or shown.waiting:
            self._verdict.add("clock left", said.id)
            return
        acknowledged = set(shown.connector_mids)
        whole = acknowledged == wamids or unclear
        if not acknowledged or not acknowledged <= wamids or not whole:
            self._verdict.add("wrong ids", said.id)

    def _old(self, phone: Phone) -> int:
        """How many shut windows there were at this phone."""
        return sum(
            1
            for friend in self._history.town.friendships
            if friend.chat_id
            and (friend.phone_number_id, friend.customer.wa_id or friend.customer.user_id)
            == (phone.phone_number_id, whom(phone))
        )

    def _chat_with(self, portal: PortalState, said: Said) -> ImChat | None:
        """The chat in which an operator wrote."""
        return next((chat for chat in portal.chats.values() if any(str(m.id) == said.id for m in chat.messages)), None)


def _shows_only(chat: ImChat, customer: str) -> bool:
    mark = f"wamid.{customer}."
    return all(mid.startswith(mark) for m in chat.messages if m.sender == "customer" for mid in m.connector_mids)


def _token(said: Said) -> str:
    found: Iterator[Any] = iter(PIECE.findall(said.text))
    return str(next(found)[0])
