"""Healing one portal: its conversations in turn; what their histories hold and our ledger does not, is sent on.

The active conversations (a customer wrote within three days) are looked at in every run, the others a few hundred at a
time, so that an operator who writes into an old chat is noticed within some runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ponte.bitrix24.chat_reading import ChatHistory, ChatReading, Written
from ponte.bitrix24.values import OperatorMessage
from ponte.clock import Clock
from ponte.digest import digest
from ponte.mappings import Conversation, Portal
from ponte.runtime.bitrix24_envelopes import bitrix24_envelope, operator_message
from ponte.runtime.drift import compare
from ponte.runtime.drift_report import DriftReport
from ponte.runtime.history_reader import HistoryReader
from ponte.runtime.redrive import Queue
from ponte.storage import activity
from ponte.storage.activity import Listed
from ponte.storage.conversation_items import conversation_of
from ponte.storage.cursors import ChatCursor, Cursors, PortalCursor
from ponte.storage.directory import Directory
from ponte.storage.table import Table
from ponte.storage.unsettled import Unsettled
from ponte.texts.notices import SIGNS

HOT_MS = 72 * 3_600_000  # an outage of a day, plus the day in which WhatsApp lets operators answer, plus one
COLD_CHUNKS = 5  # of a hundred conversations, per run
END = "9"  # after every place


@dataclass(frozen=True, slots=True)
class Range:
    """since_ms: a first look goes back that far. told: somebody asked for this range, so cursors do not narrow it."""

    since_ms: int
    told: bool
    grace_ms: int
    dry_run: bool


@dataclass(frozen=True, slots=True)
class _Case:
    """One conversation under examination. known: its cursor as stored; cursor: as it counts in this run."""

    row: Listed
    conversation: Conversation
    cursor: ChatCursor
    known: ChatCursor | None
    reading: ChatReading


class PortalHealing:
    """core: the Core table. events_queue: where webhooks put operators' events."""

    def __init__(
        self,
        core: Table,
        directory: Directory,
        cursors: Cursors,
        unsettled: Unsettled,
        reader: HistoryReader,
        events_queue: Queue,
        clock: Clock,
    ) -> None:
        self._core = core
        self._directory = directory
        self._cursors = cursors
        self._unsettled = unsettled
        self._reader = reader
        self._queue = events_queue
        self._clock = clock

    def heal(self, portal: Portal, range_: Range, report: DriftReport) -> bool:
        """Whether the portal is done with for this run; else the next run goes on where this one stopped."""
        now = self._clock.now_ms()
        hot = activity.place(now - HOT_MS)
        cursor = PortalCursor() if range_.told else self._cursors.portal(portal.member_id)
        reached, done = self._walk(portal, range_, report, max(hot, cursor.hot), END, None)
        cold = cursor.cold
        if done:
            reached = ""
            chunks = None if range_.told else COLD_CHUNKS
            cold, done = self._walk(portal, range_, report, cursor.cold, hot, chunks)
        if not range_.dry_run and not range_.told:
            self._cursors.save_portal(portal.member_id, replace(cursor, hot=reached, cold=cold, healed_ms=now))
        return done

    def _walk(
        self, portal: Portal, range_: Range, report: DriftReport, after: str, before: str, chunks: int | None
    ) -> tuple[str, bool]:
        """(where the next run goes on, "" for the start; whether nothing stopped us)."""
        while chunks is None or chunks > 0:
            rows = activity.listed(self._core, portal.member_id, after, before)
            why = self._chunk(portal, range_, report, rows) if rows else ""
            if why:
                report.stop(portal.domain, why)
                return after, False
            if len(rows) < activity.CHUNK:
                return "", True
            after = rows[-1].place
            chunks = None if chunks is None else chunks - 1
        return after, True

    def _chunk(self, portal: Portal, range_: Range, report: DriftReport, rows: Sequence[Listed]) -> str:
        items = activity.conversation_items(self._core, rows)
        found: list[tuple[Listed, Conversation]] = []
        for row in rows:
            item = items.get((row.phone_number_id, row.person))
            if item is not None and str(item["member_id"]) == portal.member_id:
                found.append((row, conversation_of(item)))
        chats = list(dict.fromkeys(conversation.chat_id for _, conversation in found if conversation.chat_id))
        cursors = self._cursors.chats(portal.member_id, chats)
        cases = []
        for row, conversation in found:
            if conversation.chat_id:
                known = cursors.get(conversation.chat_id)
                cases.append(_case(portal, row, conversation, known, range_))
            elif conversation.last_inbound_ms < self._clock.now_ms() - range_.grace_ms:
                report.cannot_check(portal.domain, "", _name(conversation), "chat_unknown")
        why = self._reader.read(portal, [case.reading for case in cases])
        for case in cases:
            if case.reading.refused:
                report.cannot_check(portal.domain, case.reading.chat_id, _name(case.conversation), case.reading.refused)
            elif case.reading.call is None:
                self._settle(portal, range_, report, case)
        return why

    def _settle(self, portal: Portal, range_: Range, report: DriftReport, case: _Case) -> None:
        """Compare one chat's history with the ledger, send on what is missing, remember how far it is settled."""
        history, chat_id, now = case.reading.history(), case.reading.chat_id, self._clock.now_ms()
        report.checked += 1
        if history.gap:
            report.cannot_check(portal.domain, chat_id, _name(case.conversation), history.gap)
        found = [entry for entry in history.written if not _is_our_notice(entry, portal)]
        written = {entry.message.id: self._event(portal, case.conversation, entry) for entry in found}
        ids = {
            number: operator_message(portal.member_id, event.connector, event.chat_id, event.message_id)
            for number, event in written.items()
        }
        known = self._unsettled.items(list(ids.values()))
        items = {number: known.get(event_id) for number, event_id in ids.items()}
        drift = compare(history.messages, items, case.cursor, now, range_.grace_ms)
        report.missing += len(drift.missing)
        report.stale += len(drift.stale)
        report.waiting += len(drift.waiting)
        for what, numbers in (("missing", drift.missing), ("stale", drift.stale)):
            for number in numbers:
                report.sample(portal.domain, chat_id, number, written[number].at * 1000, what)
        if range_.dry_run:
            return
        lost = sorted((*drift.missing, *drift.stale))
        self._send_on(portal, [written[number] for number in lost], now, report)
        self._remember(portal, case, history, drift.settled_id, lost, now)
        newest_ms = max((message.at_ms for message in history.messages), default=0)
        if case.row.place < activity.place(now - HOT_MS) <= activity.place(newest_ms):
            activity.note(self._core, case.conversation, newest_ms)

    def _send_on(self, portal: Portal, lost: Sequence[OperatorMessage], now: int, report: DriftReport) -> None:
        """In one go and in order, under the deduplication id of the live event: should that one have been queued in the
        last five minutes, SQS itself takes no second copy; else the ledger knows."""
        if lost:
            found = [one for event in lost if (one := bitrix24_envelope(portal.member_id, event, now))]
            self._queue.send(found, fifo=True)
            report.sent_on += len(lost)

    def _remember(
        self, portal: Portal, case: _Case, history: ChatHistory, settled_id: int, lost: Sequence[int], now: int
    ) -> None:
        """Written only where something changed: most chats of a run have nothing new. A wider look than usual takes
        nothing back from what is known."""
        before = case.known or case.cursor
        cursor = replace(
            before,
            settled_id=max(settled_id, before.settled_id),
            session_id=history.session_id or before.session_id,
        )
        if lost:
            cursor = replace(cursor, queued_id=lost[-1], queued_ms=now)
        if cursor != case.known:
            self._cursors.save_chat(portal.member_id, case.reading.chat_id, cursor)

    def _event(self, portal: Portal, conversation: Conversation, entry: Written) -> OperatorMessage:
        """The event as the webhook would have brought it, signed where the line signs."""
        line = self._directory.line(portal.member_id, conversation.connector, conversation.line)
        text = entry.message.text
        if line is not None and line.signature and entry.author:
            text = f"[b]{entry.author}:[/b] [br]{text}" if text else f"[b]{entry.author}:[/b] "
        return OperatorMessage(
            connector=conversation.connector,
            line=conversation.line,
            chat_id=conversation.chat_id,
            message_id=str(entry.message.id),
            external=conversation.external,
            author_id=entry.message.author_id,
            text=text,
            files=entry.files,
            at=entry.message.at_ms // 1000,
        )


def _case(portal: Portal, row: Listed, conversation: Conversation, known: ChatCursor | None, range_: Range) -> _Case:
    ours_from = max(portal.installed_ms, row.opened_ms)
    if known is not None and not range_.told:
        reading = ChatReading(
            conversation.chat_id, newer_than=known.settled_id, since_ms=known.from_ms, session_id=known.session_id
        )
        return _Case(row, conversation, replace(known, from_ms=max(known.from_ms, ours_from)), known, reading)
    from_ms = max(range_.since_ms, ours_from)
    first = ChatCursor(0, from_ms, "", known.queued_id if known else 0, known.queued_ms if known else 0)
    return _Case(row, conversation, first, known, ChatReading(conversation.chat_id, newer_than=None, since_ms=from_ms))


def _is_our_notice(entry: Written, portal: Portal) -> bool:
    """The portal shows our notices as its own (author 0). Should one ever show them as written by the app's user, they
    must still not reach the customer."""
    return entry.message.author_id == portal.user_id and entry.message.text.startswith(SIGNS)


def _name(conversation: Conversation) -> str:
    """Ours, without anything of the customer in it."""
    return digest(conversation.phone_number_id, conversation.person)
