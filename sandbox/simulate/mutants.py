"""Planted bugs: one change each to our own code, in memory only, that the simulation has to catch.

A proof that cannot fail proves nothing. Each mutant replaces a few words in the source of one function; whoever changes
that function so that the words are gone has to plant the bug anew (the tests say so).
"""

from sandbox.simulate.planting import Mutant

_EXECUTE = "ponte.runtime.execute:Executor"
_LEDGER = "ponte.storage.ledger:Ledger"
_QUEUE = "ponte.queue.sqs:SqsQueue"
_CHANGE = 'change_visibility([(str(record["receiptHandle"]), seconds) for record, seconds in returned])'
_FAILURES = '[{"itemIdentifier": str(record["messageId"])} for record, _ in returned]'

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "no claim", "whoever comes works on it, at once", f"{_LEDGER}.claim", "when=any_of(", "when=None and any_of("
    ),
    Mutant(
        "complete before the call",
        "the ledger says done, then the provider is called",
        f"{_EXECUTE}._step",
        "return self._after(",
        "self._ledger.complete(claim, self._clock.now_ms()); return self._after(",
    ),
    Mutant(
        "delete before complete",
        "what has to wait is reported as done, and deleted",
        "ponte.queue.fifo_batch:work",
        _FAILURES,
        "[]",
    ),
    Mutant(
        "exception is done",
        "a message on which our code failed is deleted",
        "ponte.queue.fifo_batch:work",
        "verdict = Later(crash_seconds)",
        "verdict = Done()",
    ),
    Mutant(
        "followers go on",
        "the followers of a waiting message are tried without it",
        "ponte.queue.fifo_batch:work",
        "return [(r, seconds) for r in group[n:]]",
        "return [(record, seconds), *run(group[n + 1 :])]",
    ),
    Mutant(
        "ack before enqueue",
        "the webhook is answered 200 whatever the queue said",
        f"{_QUEUE}.send",
        "self._spill_entries(left)",
        "pass",
    ),
    Mutant(
        "part of a batch forgotten",
        "entries that SQS refused are taken for sent",
        f"{_QUEUE}._send_batch",
        'return {int(failed["Id"]) for failed in answer.get("Failed", [])}',
        "return set()",
    ),
    Mutant(
        "follower visibility not set",
        "the group stands still until its followers' own time-out",
        "ponte.queue.fifo_batch:work",
        _CHANGE,
        _CHANGE.replace("in returned]", "in returned[:1]]"),
    ),
    Mutant(
        "attempt counter from SQS",
        "every receive counts towards parking",
        f"{_EXECUTE}._work",
        "claim.hits >= MAX_HITS",
        "claim.attempts > 3",
    ),
    Mutant(
        "probe skipped",
        "what may have been done is done again",
        f"{_EXECUTE}._step",
        "if claim.is_about(step.name) and not effect.repeatable:",
        "if False:",
    ),
    Mutant(
        "probe matches the wrong message",
        "any message of ours in the chat proves this one",
        "ponte.bitrix24.history:find_message",
        "if external_message_id in ids:",
        "if ids:",
    ),
    Mutant(
        "absence taken for proof at once",
        "not there yet, so it is sent again",
        f"{_EXECUTE}._unsettled_ms",
        "return (claim.settles_ms or claim.unknown_since_ms + wall) - self._clock.now_ms()",
        "return 0",
    ),
    Mutant(
        "unknown fate is a failure",
        "a lost answer is just tried again",
        f"{_EXECUTE}._after",
        "case Unknown(code) if not step.effect.repeatable:",
        "case Unknown(code) if False:",
    ),
    Mutant(
        "receipt proves nothing",
        "a send is repeated although its receipt came",
        "ponte.storage.receipts:Receipts.receipt",
        'default={f"{STEP}{step_of(part)}": {"wamid": wamid, "proved": "receipt"}},',
        "",
    ),
    Mutant(
        "outcome not saved",
        "a retry begins at the beginning",
        f"{_EXECUTE}._keep",
        'if step.effect.saved or "refused" in result:',
        "if False:",
    ),
    Mutant(
        "busy is done",
        "a copy met at work is deleted, and with it the only one left after a crash",
        f"{_EXECUTE}.run",
        "return Later(min(BUSY_CAP_S, max(0.5, (until_ms - now) / 1000)))",
        "return Done()",
    ),
    Mutant(
        "token refresh without lock",
        "two refreshers use one refresh token",
        "ponte.storage.grants:Grants.lock",
        'when=all_of(eq("ver", version), any_of(absent("lk_until"), lt("lk_until", now))),',
        "when=None,",
    ),
    Mutant(
        "mapping without transaction",
        "conversation first, the way back later, unless the worker dies in between",
        "ponte.storage.conversations:Conversations.resolve",
        "not transacted(self._table, writes)",
        "not [self._table.write(Put(write.item)) for write in writes]",
    ),
    Mutant(
        "status applied without rank",
        "a late `sent` overwrites `read`",
        "ponte.storage.receipts:Receipts.receipt",
        'when=all_of(exists("st"), any_of(absent(f"rk{part}"), lt(f"rk{part}", rank))),',
        'when=exists("st"),',
    ),
    Mutant(
        "dedup by body hash",
        "who writes 'ok' twice is heard once",
        "ponte.runtime.ingress:whatsapp_envelope",
        "source_id=item.source_id,",
        'source_id=str((item.payload.get("message") or {}).get("text") or item.source_id),',
    ),
    Mutant(
        "group key by message",
        "each message is a group of its own",
        f"{_QUEUE}._entries",
        "digest(envelope.scope, envelope.conversation)",
        "digest(envelope.id)",
    ),
    Mutant(
        "spill not swept",
        "what SQS refused stays in S3",
        "ponte.runtime.schedules:sweep",
        'list(store.keys("spill/"))',
        "[]",
    ),
    Mutant(
        "spill deleted unread",
        "a spilled object is deleted although SQS refused it again",
        "ponte.runtime.schedules:sweep",
        "if left:\n            break",
        "if False:\n            break",
    ),
    Mutant(
        "opening without lock",
        "two first messages of one person make two CRM contacts",
        "ponte.storage.conversations:Conversations.lock_opening",
        'when=any_of(absent("pk"), lt("until", now_ms))',
        "when=None",
        first=1200,
    ),
    Mutant(
        "redrive forgets what was sent",
        "every part of a parked message goes out again",
        "ponte.storage.waiting:is_forgotten",
        'return "refused" in outcome or',
        "return True or",
    ),
    Mutant(
        "redrive forgets the doubt",
        "parked while its fate was unknown, sent again without asking",
        "ponte.storage.waiting:Waiting.unpark",
        'doubtful = "unknown_ms" in item and',
        "doubtful = False and",
    ),
    Mutant(
        "the doubt is given back with the message",
        "who could not probe yet leaves no trace of it to the next worker",
        f"{_EXECUTE}._prove",
        "self._ledger.unknown(claim, self._clock.now_ms(), step.name, code, counts=False)",
        'self._ledger.release(replace(claim, fate="retry"), self._clock.now_ms(), code, counts=False)',
    ),
    Mutant(
        "acknowledged with one id",
        "a message of several parts is acknowledged with its last id",
        "ponte.relays.bitrix24_to_whatsapp:_send",
        "AcknowledgeDelivery(*named, tuple(wamids))",
        "AcknowledgeDelivery(*named, tuple(wamids[-1:]))",
    ),
    Mutant(
        "aliases not scoped by tenant",
        "a customer of two companies is one person",
        "ponte.storage.keys:alias",
        "AL#{scope}#",
        "AL#",
    ),
    Mutant(
        "signature not checked",
        "anybody writes in Meta's name",
        "ponte.runtime.ingress:MetaDoor._authentic",
        'header = request.headers.get("x-hub-signature-256")',
        "return True",
    ),
    Mutant(
        "application_token not checked",
        "anybody writes in a portal's name",
        "ponte.runtime.ingress:Bitrix24Door._authentic",
        'if hmac.compare_digest(given, known or "-" * len(given)) and application_token:',
        "if known:",
    ),
    Mutant(
        "media failure swallows the caption",
        "a file that cannot be fetched takes its message with it",
        "ponte.relays.whatsapp_to_bitrix24:_as_message",
        "if fetching is not None:",
        'if refused(steps, "fetch"): return Finish("SKIPPED", "no_file")\n    if fetching is not None:',
    ),
    Mutant(
        "dropped file is not told of",
        "the portal left the file out, and nobody looks at its number in the answer",
        "ponte.relays.inbound_media:missing",
        'sent.get("files") != 0',
        "True",
    ),
    Mutant(
        "file handed on unmeasured",
        "what arrived is kept, whatever was announced",
        "ponte.runtime.arriving:Inspected.__iter__",
        "self._judge(digest.digest())",
        "pass",
    ),
    Mutant(
        "caption goes again as a text",
        "once the file is out, its caption is taken for unsent",
        "ponte.relays.outbound_files:arrange",
        "carrier is None and not some_file_is_out",
        "carrier is None",
    ),
    Mutant(
        "only the first of a pack",
        "a queue message of many envelopes is read like one of one",
        "ponte.queue.envelope:unpack",
        '[_read(fields) for fields in tree["pack"]]',
        '[_read(fields) for fields in tree["pack"][:1]]',
    ),
    Mutant(
        "a pack goes on without the one that waits",
        "the followers in a pack overtake it",
        "ponte.runtime.worker:Worker.__call__",
        "return verdict",
        "continue",
    ),
)
