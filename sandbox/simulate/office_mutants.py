"""Planted bugs of the office bridge, for histories of people (mutants.py has the customer bridge's)."""

from functools import partial

from sandbox.simulate.planting import Mutant

_of_people = partial(Mutant, kind="people")
_SYNC = "ponte.relays.people_sync"
_PERFORMER = "ponte.runtime.office_performer:OfficePerformer"

OFFICE_MUTANTS: tuple[Mutant, ...] = (
    _of_people(
        "merge without base",
        "both sides count as changed, whoever edited",
        f"{_SYNC}:_write",
        "merge(base, ours",
        "merge(None, ours",
    ),
    _of_people(
        "last writer wins",
        "where both sides changed, Chatwoot's value is taken",
        "ponte.people.shared:merge",
        "they_changed and not we_changed",
        "they_changed",
    ),
    _of_people(
        "base before the write",
        "both sides are taken for equal, then written",
        f"{_SYNC}:_write",
        "if writes_contact and again not in steps:",
        'if "save" not in steps:\n        return Step("save", _save(merged, ours, theirs, writes))\n'
        "    if writes_contact and again not in steps:",
    ),
    _of_people(
        "row written whatever stands there",
        "what somebody wrote into the row in between is written over",
        "ponte.zattar.requests:update_person",
        'filters.eq("updated_at", read.updated_at) if read.updated_at else filters.is_null("updated_at")',
        'filters.null_condition("updated_at", negated=True) and ("updated_at", "not.is.null")',
    ),
    _of_people(
        "labels replaced",
        "the office's own labels go with ours",
        f"{_PERFORMER}._in_chatwoot",
        "after = have.with_ours(Labels(wanted), Labels(owned))",
        "after = Labels(wanted)",
    ),
    _of_people(
        "listed after the write",
        "a crash in between leaves both sides equal and nobody told",
        f"{_SYNC}:_write",
        "if (merged.contact or overwritten) and",
        "if False and",
    ),
    _of_people(
        "deleted person still linked",
        "the link of somebody who is gone stays",
        f"{_SYNC}:decide",
        'if "end" in steps else Step("end", EndLink())',
        "",
    ),
    _of_people(
        "secret not asked for",
        "whoever knows the address is Zattar",
        "ponte.runtime.office_ingress:ZattarDoor.__call__",
        "if not self._authentic(tenant, request):",
        "if not tenant:",
    ),
    _of_people(
        "names as they are written",
        "accents and small letters go over",
        "ponte.relays.zattar_to_chatwoot:plain",
        ".upper()",
        "",
    ),
    _of_people(
        "foreign accounts",
        "what another account posts with our secret is taken for ours",
        "ponte.runtime.office_ingress:ChatwootDoor.__call__",
        "if one.account_id not in (0, chatwoot.account_id):",
        "if False:",
    ),
)
