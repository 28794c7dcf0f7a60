"""Every key we write, in one place. Each starts with its tenant or provider scope; free text goes in hashed.

That scope is the second or third part of a partition key (parts end at "#" or "|"): what is kept of a tenant is found
by it when it must be erased (storage/erasure.py).

Phones, BSUIDs and other people's ids go in through `digest`.
"""

from ponte.digest import digest


def message(event_id: str) -> tuple[str, str]:
    """Ledger item of one event; event_id as in the envelope."""
    return f"M#{event_id}", "M"


def risk(event_id: str, step: str) -> tuple[str, str]:
    """Beside the ledger item: one step of the event was repeated without proof."""
    return f"M#{event_id}", f"R#{step}"


def whatsapp_message(phone_number_id: str, wamid: str) -> tuple[str, str]:
    """From a wamid we sent back to the ledger item that sent it."""
    return f"WM#{phone_number_id}#{digest(wamid)}", "WM"


def portal(member_id: str) -> tuple[str, str]:
    return f"PORTAL#{member_id}", "CFG"


def portal_address(domain: str) -> tuple[str, str]:
    return f"UQ#PURL#{domain}", "UQ"


def line(member_id: str, connector: str, line_id: int) -> tuple[str, str]:
    return f"LINE#{member_id}#{connector}#{line_id}", "CFG"


def number(phone_number_id: str) -> tuple[str, str]:
    return f"WAN#{phone_number_id}", "CFG"


def template(waba_id: str, name: str, language: str) -> tuple[str, str]:
    """A message template of a WhatsApp account; its name and language are Meta's own, of letters and digits."""
    return f"TPL#{waba_id}", f"{name}#{language}"


def held(phone_number_id: str, person: str, order: int, event_id: str) -> tuple[str, str]:
    """A reply that waits for the customer, in the Message table; ordered by Bitrix24's own message id."""
    return f"HELD#{phone_number_id}#{person}", f"{order:020d}#{digest(event_id)}"


def timing() -> tuple[str, str]:
    return "STACK", "TIMING"


def alias(scope: str, kind: str, value: str) -> tuple[str, str]:
    """scope: whose alias it is: the tenant, with the business portfolio for BSUIDs."""
    return f"AL#{scope}#{kind}#{digest(value)}", "AL"


def person(tenant: str, person_id: str) -> tuple[str, str]:
    """Only people who were merged have this item. Its pk is also the index partition of a person's aliases."""
    return f"PS#{tenant}#{person_id}", "PS"


def merge(tenant: str, merge_id: str) -> tuple[str, str]:
    return f"PM#{tenant}#{merge_id}", "PM"


def people_case(tenant: str, case_id: str) -> tuple[str, str]:
    """A clash of aliases that a person should look at."""
    return f"PC#{tenant}#{case_id}", "PC"


def audit_chain(tenant: str, chain: int) -> str:
    """Partition of one of a tenant's chains of the audit trail: its rows by number, and its head."""
    return f"A#{tenant}#{chain}"


def audited_person(tenant: str, tipo: str, entity_id: int) -> str:
    """Partition of pointers to the rows about one person of an office."""
    return f"AE#{tenant}#{tipo}#{entity_id}"


def audited_contact(tenant: str, account_id: int, contact_id: int) -> str:
    return f"AX#{tenant}#{account_id}#{contact_id}"


def preference(tenant: str, kind: str, value: str) -> tuple[str, str]:
    """What the person behind an alias wants of marketing messages; beside the alias, whether that is there or not."""
    return alias(tenant, kind, value)[0], "MKT"


def account_state(account: str, field: str, subject: str) -> tuple[str, str]:
    return f"WABA#{account}", f"{field}#{digest(subject)}"


def erasure(member_id: str) -> tuple[str, str]:
    """How far the erasing of a portal's data has come (State)."""
    return f"ERASE#{member_id}", "JOB"


def conversation(phone_number_id: str, person: str) -> tuple[str, str]:
    return f"CV#{phone_number_id}#{person}", "MAP"


def chat(member_id: str, connector: str, line_id: int, external: str) -> tuple[str, str]:
    """Reverse of `conversation`: from the external chat id that Bitrix24 shows us."""
    return f"B24C#{member_id}#{connector}#{line_id}#{digest(external)}", "MAP"


def portal_chats(member_id: str) -> str:
    """Partition of the index that lists a portal's conversations by the hour of their latest customer message."""
    return f"PORTAL#{member_id}#CV"


def chat_cursor(member_id: str, chat_id: str) -> tuple[str, str]:
    """How far a chat's history is known to be settled."""
    return f"CUR#heal#{member_id}#{chat_id}", "CUR"


def portal_cursor(member_id: str) -> tuple[str, str]:
    """Where in a portal's conversations the next run of healing goes on."""
    return f"CUR#heal#{member_id}", "CUR"


def heal_run() -> tuple[str, str]:
    """Where the next run of healing begins, and the report of the last one."""
    return "CUR#heal", "CUR"


def people_cursor(tenant: str) -> tuple[str, str]:
    """How far healing has looked through an office's people."""
    return f"CUR#people#{tenant}", "CUR"


def people_run() -> tuple[str, str]:
    """At which office the next run of healing begins."""
    return "CUR#people", "CUR"


def people_backfill(tenant: str) -> tuple[str, str]:
    """An office's backfill: who is at it, and how far it has come."""
    return f"BACKFILL#people#{tenant}", "JOB"


def bucket(provider: str, *scope: str) -> tuple[str, str]:
    return f"RB#{provider}#{'#'.join(scope)}", "RB"


def lock(*scope: str) -> tuple[str, str]:
    return f"LK#{'#'.join(scope)}", "LK"


def office(tenant: str) -> tuple[str, str]:
    return f"OFFICE#{tenant}", "CFG"


def office_host(host: str) -> tuple[str, str]:
    """From the host of a Supabase project to the office whose Zattar it is."""
    return f"OFFICEHOST#{host}", "UQ"


def link(tenant: str, tipo: str, entity_id: int) -> tuple[str, str]:
    """From a person in Zattar to the contact that shows them in Chatwoot."""
    return f"LINK#{tenant}#{tipo}#{entity_id}", "LINK"


def linked_contact(tenant: str, account_id: int, contact_id: int) -> tuple[str, str]:
    """The way back; it also keeps one contact from showing two people."""
    return f"UQ#{tenant}#CONTACT#{account_id}#{contact_id}", "UQ"


def suggestion(tenant: str, account_id: int, contact_id: int, tipo: str, entity_id: int) -> tuple[str, str]:
    """A contact of Chatwoot that may be this person."""
    return f"SUGGEST#{tenant}#{account_id}#{contact_id}", f"{tipo}#{entity_id}"


def dissent(tenant: str, tipo: str, entity_id: int, field: str) -> tuple[str, str]:
    """A value of a linked person that one side did not take over."""
    return f"LINK#{tenant}#{tipo}#{entity_id}", f"DISSENT#{field}"


def unlinked(tenant: str, tipo: str, entity_id: int) -> tuple[str, str]:
    """Somebody said that this person is to have no contact."""
    return f"LINK#{tenant}#{tipo}#{entity_id}", "UNLINKED"


def job(tenant: str, job_id: str) -> tuple[str, str]:
    """What somebody asked for by the API, in the Message table. job_id: of ours, or a digest."""
    return f"JOB#{tenant}#{job_id}", "JOB"


def quota(tenant: str, kind: str, user: str) -> tuple[str, str]:
    """How often a user asked for something within the minute (State)."""
    return f"QT#{tenant}#{kind}#{digest(user)}", "QT"


def talk(tenant: str, account_id: int, number: int) -> tuple[str, str]:
    """A conversation of an office's Chatwoot, in Core; its entries in lists stand beside it."""
    return f"TALK#{tenant}#{account_id}#{number}", "TALK"


def talk_entry(tenant: str, account_id: int, number: int, name: str) -> tuple[str, str]:
    """Its entry in a list; name: PERSON, USER or UNSYNCED."""
    return talk(tenant, account_id, number)[0], f"BY#{name}"


def talks(tenant: str, *of: str) -> str:
    """A list of conversations in the index: of an office, or of some of it."""
    return "#".join(("TALKS", tenant, *of))


def talk_message(tenant: str, account_id: int, number: int, message_id: int) -> tuple[str, str]:
    """A message, in the Message table; by ascending sk they stand in their order."""
    return f"TALK#{tenant}#{account_id}#{number}", f"MSG#{message_id:019d}"
