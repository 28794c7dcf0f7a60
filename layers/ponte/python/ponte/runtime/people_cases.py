"""What people do about people: the inbox of clashes, suggested merges with their preview, merging, undoing.

The command line and the REST API both stand on this. What a merge does to chats: messages of either person go on in the
survivor's chat; the other chat stays, and what an operator writes there still reaches the customer. Nothing is changed
in Bitrix24, neither chats nor CRM contacts.
"""

from dataclasses import dataclass
from typing import Literal

from ponte.clock import Clock
from ponte.mappings import Conversation
from ponte.people.aliases import Alias
from ponte.storage.aliases import Aliases
from ponte.storage.audit import Audit
from ponte.storage.conversations import Conversations
from ponte.storage.directory import Directory
from ponte.storage.people import Merge, NotMergeable, People
from ponte.storage.people_cases import Case, PeopleCases
from ponte.storage.table import Tables

type Grade = Literal["strong", "weak"]
# How likely people in such a clash are one: WhatsApp named both at once, or they themselves said so; or a line has a
# new BSUID, which is mostly a new owner.
GRADES: dict[str, Grade] = {"alias": "strong", "card": "strong", "phone_moved": "weak"}


@dataclass(frozen=True, slots=True)
class Profile:
    """All that is one person today. members: the root first. aliases, conversations: of all members."""

    person: str
    members: tuple[str, ...]
    aliases: tuple[Alias, ...]
    conversations: tuple[Conversation, ...]

    @property
    def first_ms(self) -> int:
        return min((alias.first_ms for alias in self.aliases), default=0)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two people who may be one. case: of the inbox. survivor: known for longer, so their chat would go on."""

    case: str
    tenant: str
    reason: str
    grade: Grade
    survivor: str
    absorbed: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do. going_on: per number, the conversation whose chat gets all further messages; staying: the
    conversations whose chats only still take answers. refusal: why it cannot be done, "" if it can."""

    tenant: str
    survivor: Profile
    absorbed: Profile
    going_on: tuple[Conversation, ...]
    staying: tuple[Conversation, ...]
    refusal: str = ""


class NoSuchCase(Exception):
    """There is no such case, merge or person, or somebody closed the case before."""


class PeopleDesk:
    """Reads for lists are eventually consistent; whatever writes, decides on consistent reads."""

    def __init__(self, tables: Tables, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._aliases = Aliases(tables.core)
        self._people = People(tables.core)
        self._cases = PeopleCases(tables.core)
        self._conversations = Conversations(tables.core)
        self._audit = Audit(tables.audit)

    def tenants(self) -> list[str]:
        """Whose people there are: the portals with a number."""
        return sorted({str(number.member_id) for number in self._directory.numbers() if number.member_id})

    def conflicts(self, tenant: str) -> list[Case]:
        """Open clashes, oldest first; those whose people are one by now have settled themselves and are left out."""
        cases = self._cases.open_cases(tenant)
        roots = self._people.roots(tenant, {person for case in cases for person in case.people}) if cases else {}
        return [case for case in cases if len({roots.get(person, person) for person in case.people}) > 1]

    def suggestions(self, tenant: str) -> list[Suggestion]:
        """Merges that the open clashes suggest, likely ones first."""
        found = [self._suggestion(case) for case in self.conflicts(tenant)]
        return sorted(found, key=lambda each: each.grade)

    def suggestion(self, case_id: str) -> Suggestion:
        """The one of this case. Raises NoSuchCase, also where its people are one by now."""
        return self._suggestion(self._open(case_id))

    def preview(self, tenant: str, survivor: str, absorbed: str) -> Preview:
        """Who would become one, and which chat would go on. Raises NoSuchCase."""
        stays, goes = self.profile(tenant, survivor), self.profile(tenant, absorbed)
        refusal = ""
        try:
            self._people.merge_writes(tenant, stays.person, goes.person, "", 0)
        except NotMergeable as error:
            refusal = error.code
        by_number: dict[str, list[Conversation]] = {}
        for each in (*stays.conversations, *goes.conversations):
            by_number.setdefault(str(each.phone_number_id), []).append(each)
        homes = [next((c for c in found if c.chat_id), found[0]) for found in by_number.values()]
        others = [c for found in by_number.values() for c in found if c not in homes]
        return Preview(tenant, stays, goes, tuple(homes), tuple(others), refusal)

    def profile(self, tenant: str, person: str) -> Profile:
        """Raises NoSuchCase for a person nobody knows."""
        found = self._profile(tenant, person)
        if not found.aliases and not found.conversations:
            raise NoSuchCase(person)
        return found

    def tenant_of(self, person: str) -> str:
        """Raises NoSuchCase."""
        for tenant in self.tenants():
            try:
                self.profile(tenant, person)
            except NoSuchCase:
                continue
            return tenant
        raise NoSuchCase(person)

    def merge(self, tenant: str, survivor: str, absorbed: str, by: str, case_id: str = "") -> Merge:
        """Make two people one; `undo` takes it back. case_id: the open case that this answers.

        Raises NotMergeable, NoSuchCase; then nothing was changed.
        """
        case = self._open(case_id) if case_id else None
        stays, goes = self.profile(tenant, survivor).person, self.profile(tenant, absorbed).person
        now = self._clock.now_ms()
        self._audit.note(tenant, "people.merge", by, now, {"survivor": stays, "absorbed": goes, "case": case_id})
        try:
            made = self._people.merge(tenant, stays, goes, by, now, case_id)
        except NotMergeable as error:
            self._refused(tenant, "people.merge_refused", by, now, error)
            raise
        if case:
            self._cases.close(case, "merged", by, now, made.id)
        return made

    def undo(self, merge_id: str, by: str) -> Merge:
        """Both are again who they were before; the case that the merge closed is open again.

        Raises NotMergeable ("not_found", "undone", "contended").
        """
        held = next((m for tenant in self.tenants() if (m := self._people.get(tenant, merge_id))), None)
        if held is None:
            raise NotMergeable("not_found")
        now = self._clock.now_ms()
        self._audit.note(held.tenant, "people.undo", by, now, {"merge": held.id})
        try:
            undone = self._people.undo(held, by, now)
        except NotMergeable as error:
            self._refused(held.tenant, "people.undo_refused", by, now, error)
            raise
        case = self._cases.get(held.tenant, held.case) if held.case else None
        if case and case.merge == held.id:
            self._cases.reopen(case)
        return undone

    def merges(self, tenant: str) -> list[Merge]:
        """Done and undone, oldest first."""
        return self._people.merges(tenant)

    def keep_apart(self, case_id: str, by: str) -> Case:
        """They are different people: the case is closed, and counted on without being listed. Raises NoSuchCase."""
        case = self._open(case_id)
        now = self._clock.now_ms()
        self._audit.note(case.tenant, "people.apart", by, now, {"case": case.id})
        if not self._cases.close(case, "apart", by, now):
            raise NoSuchCase(case_id)
        return case

    def _suggestion(self, case: Case) -> Suggestion:
        """More than two people in one clash are merged two by two: the next two are suggested afterwards."""
        found = {profile.person: profile for person in case.people if (profile := self._profile(case.tenant, person))}
        ordered = sorted(found.values(), key=lambda each: (each.first_ms, each.person))
        if len(ordered) < 2:
            raise NoSuchCase(case.id)
        first, second = ordered[:2]
        return Suggestion(case.id, case.tenant, case.kind, GRADES.get(case.kind, "weak"), first.person, second.person)

    def _profile(self, tenant: str, person: str) -> Profile:
        group = self._people.group(tenant, person)
        aliases = [alias for member in group for alias in self._aliases.of_person(tenant, member)]
        numbers = [str(n.phone_number_id) for n in self._directory.numbers() if str(n.member_id) == tenant]
        found = [self._conversations.get(number, member) for number in numbers for member in group]
        return Profile(group[0], tuple(group), tuple(aliases), tuple(each for each in found if each is not None))

    def _open(self, case_id: str) -> Case:
        for tenant in self.tenants():
            case = self._cases.get(tenant, case_id)
            if case and case.state == "open":
                return case
        raise NoSuchCase(case_id)

    def _refused(self, tenant: str, action: str, by: str, now_ms: int, error: NotMergeable) -> None:
        self._audit.note(tenant, action, by, now_ms, {"code": error.code})
