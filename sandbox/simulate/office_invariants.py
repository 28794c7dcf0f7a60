"""What must hold when an office's history has come to rest, read off Zattar's rows and Chatwoot's contacts.

Of what Ponte keeps two things are asked: which contact shows which person, and what is listed as a conflict.
"""

from collections import Counter
from dataclasses import dataclass, field

from sandbox.simulate.office_edits import EditJudge
from sandbox.simulate.office_history import OfficeHistory
from sandbox.simulate.office_pairs import DELETED, Pair, Pairs
from sandbox.simulate.office_people import FORGED_MS, FORGED_US
from sandbox.simulate.office_reading import (
    ATTRIBUTES,
    FIELDS,
    OURS,
    ROLES,
    attributes_of,
    contact_shows,
    labels_of,
    plain,
    row_shows,
)
from sandbox.simulate.office_watch import Change

FINAL = {"SENT", "SKIPPED", "PARKED"}
WRITES_PER_EDIT = 2
WRITES_PER_LINK = 4  # a contact that is made, or adopted with a name, labels and attributes of its own
UNHELD = {"cannot_hold", "taken"}  # conflicts after which both sides stay as they are


@dataclass(slots=True)
class OfficeVerdict:
    """violations: (kind, what). people: how many were judged. listed: conflicts that an office is shown."""

    violations: list[tuple[str, str]] = field(default_factory=list)
    people: int = 0
    listed: int = 0

    def add(self, kind: str, what: str) -> None:
        self.violations.append((kind, what))


def judge(history: OfficeHistory) -> OfficeVerdict:
    """Every invariant, on a history that has run."""
    verdict = OfficeVerdict()
    if history.problem:
        verdict.add("restless", history.problem)
    for bug in history.told.bugs:
        verdict.add("bug", bug)
    for function in history.told.unequal:
        verdict.add("group held up", function)
    if not history.at_rest:
        return verdict
    if history.looks[-1]:
        verdict.add("not quiet", f"{history.looks} writes")
    _ledger(history, verdict)
    pairs = Pairs(history)
    verdict.listed = len(pairs.listed)
    _linked_once(history, pairs, verdict)
    edits = EditJudge(history, pairs, verdict.add)
    for pair in pairs.all:
        verdict.people += 1
        _equal(pair, pairs, verdict)
        _few_writes(history, pair, verdict)
        edits.judge(pair)
    _others_kept(history, verdict)
    _tenants(history, verdict)
    return verdict


def _ledger(history: OfficeHistory, verdict: OfficeVerdict) -> None:
    for item in history.items():
        if item["st"] not in FINAL:
            verdict.add("left open", f"{item['event_id']} {item['st']}")
        if item["st"] == "PARKED":
            verdict.add("still parked", f"{item['event_id']} {item.get('reason')}")
        if FORGED_MS in str(item["event_id"]) or FORGED_US in str(item["event_id"]):
            verdict.add("forged", str(item["event_id"]))
    for name, queue in history.queues.items():
        if queue.dead:
            verdict.add("dead letter", name)


def _linked_once(history: OfficeHistory, pairs: Pairs, verdict: OfficeVerdict) -> None:
    """Everybody of Zattar has one contact, and no contact shows two people; unless theirs was deleted over there."""
    places = Counter((link.tenant, link.account_id, link.contact_id) for link in pairs.links.values())
    for (tenant, _, contact_id), count in places.items():
        if count > 1:
            verdict.add("linked twice", f"{tenant} contact {contact_id}")
    shown = Counter(
        (at, contact["identifier"])
        for at, account in enumerate(history.world.accounts)
        for contact in account.contacts.values()
        if str(contact.get("identifier") or "").startswith("zattar_")
    )
    for (_, identifier), count in shown.items():
        if count > 1:
            verdict.add("two contacts", f"{identifier}: {count}")
    for person in pairs.rows:
        link = pairs.links.get(person)
        if link is None:
            verdict.add("without a link", f"{person[1]}|{person[2]}")
        elif pairs.contact_of(link) is None and link.error != DELETED:
            verdict.add("linked with nobody", f"{person[1]}|{person[2]}: contact {link.contact_id}")
    for person in pairs.links:
        if person not in pairs.rows:
            verdict.add("link left", f"{person[1]}|{person[2]}")


def _equal(pair: Pair, pairs: Pairs, verdict: OfficeVerdict) -> None:
    """Both sides show the same by the authority table, but for what is listed as impossible."""
    who, row, contact = pair.who, pair.row, pair.contact
    ours, theirs = row_shows(row), contact_shows(contact)
    for name in FIELDS:
        if ours[name] == theirs[name]:
            continue
        listed = pairs.listed.get((pair.person, name))
        if listed is None or listed.kind not in UNHELD or {ours[name], theirs[name]} != listed.values:
            verdict.add("unequal", f"{who}: {name}")
    if contact.get("name") != plain(row["nome"]):
        verdict.add("unequal", f"{who}: the name is written otherwise")
    labels = {label.lower() for label in contact.get("labels") or []} & OURS
    if labels != labels_of(pair.table, row):
        verdict.add("unequal", f"{who}: labels {sorted(labels)}")
    attributes, kept = attributes_of(pair.table, row), contact.get("custom_attributes") or {}
    if any(kept.get(key) != attributes[key] for key in ATTRIBUTES):
        verdict.add("unequal", f"{who}: attributes")


def _few_writes(history: OfficeHistory, pair: Pair, verdict: OfficeVerdict) -> None:
    """At most two writes of ours per edit of theirs; a late one, which undoes something, counts as an edit."""
    changes = [*history.watch.rows[pair.person], *history.watch.contacts[pair.contact_key]]
    edits = sum(1 for change in changes if change.n and (not change.ours or change.is_late))
    ours = sum(1 for change in changes if change.ours)
    if ours > WRITES_PER_EDIT * edits + WRITES_PER_LINK:
        verdict.add("too many writes", f"{pair.who}: {ours} for {edits} edits")


def _others_kept(history: OfficeHistory, verdict: OfficeVerdict) -> None:
    """No label or attribute of anybody else goes by our hand, but for one that came between our read and our write:
    Chatwoot knows no conditional write (docs/decisions/0013)."""
    for (_, contact_id), changes in history.watch.contacts.items():
        for change in changes:
            if not change.ours:
                continue
            before, after = change.labels
            lost = {label for label in before - after if label.lower() not in OURS}
            if lost and not _came_between(changes, change, lost):
                verdict.add("label lost", f"contact {contact_id}: {len(lost)}")
            had, has = change.attributes
            if any(has.get(key) != value for key, value in had.items() if key not in ATTRIBUTES):
                verdict.add("attribute lost", f"contact {contact_id}")


def _came_between(changes: list[Change], write: Change, labels: set[str]) -> bool:
    added = {
        label
        for one in changes
        if write.read_n < one.n < write.n and not one.ours
        for label in one.labels[1] - one.labels[0]
    }
    return labels <= added


def _tenants(history: OfficeHistory, verdict: OfficeVerdict) -> None:
    """Nothing of one office shows at another, nor was it ever sent there."""
    for values, office, account in zip(history.town.values, history.world.offices, history.world.accounts, strict=True):
        people = [row for table in ROLES for row in office.database.rows[table]]
        screens = f"{people}{list(account.contacts.values())}".casefold()
        hosts = (f"https://{office.config['supabase_host']}/", f"https://{account.config['host']}/")
        calls = [call.request for call in history.heard if call.request.url.startswith(hosts)]
        sent = "".join(f"{call.url} {call.body.decode()}" for call in calls).casefold()
        for other in history.town.values:
            marks = (other.tenant, other.person_mark)
            if other is not values and any(mark in screens or mark in sent for mark in marks):
                verdict.add("tenants mixed", f"{other.tenant} at {values.tenant}")
