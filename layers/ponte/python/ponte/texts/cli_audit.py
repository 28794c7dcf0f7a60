"""What `ponte audit` says. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "audit.none": {"pt-BR": "Nada na trilha.", "en": "Nothing in the trail."},
    "audit.one_subject": {
        "pt-BR": "Ou --person, ou --contact.",
        "en": "Either --person or --contact.",
    },
    "audit.bad_person": {
        "pt-BR": "A pessoa vem como cliente/7, parte_contraria/7 ou terceiro/7.",
        "en": "A person is given as cliente/7, parte_contraria/7 or terceiro/7.",
    },
    "audit.clear_of_whom": {
        "pt-BR": "--clear vale para uma pessoa ou um contato: acrescente --person ou --contact.",
        "en": "--clear is for one person or contact: add --person or --contact.",
    },
    "audit.whole": {
        "pt-BR": "A trilha está inteira: {rows} linhas, {erased} com os valores apagados. Último elo de cada corrente:",
        "en": "The trail is whole: {rows} rows, {erased} with their values erased. Last link of each chain:",
    },
    "audit.broken": {
        "pt-BR": "A trilha foi alterada. Linhas conferidas: {rows}. Guarde uma cópia da tabela e investigue.",
        "en": "The trail was altered. Rows checked: {rows}. Keep a copy of the table and investigate.",
    },
    "audit.fault.missing": {"pt-BR": "{place}: falta uma linha", "en": "{place}: a row is missing"},
    "audit.fault.altered": {"pt-BR": "{place}: linha alterada", "en": "{place}: the row was altered"},
    "audit.fault.unlinked": {
        "pt-BR": "{place}: não segue a linha anterior",
        "en": "{place}: it does not follow the row before it",
    },
    "audit.fault.values_altered": {"pt-BR": "{place}: valores trocados", "en": "{place}: its values were replaced"},
    "audit.fault.values_missing": {
        "pt-BR": "{place}: valores apagados sem que a trilha diga por quem",
        "en": "{place}: its values are gone, and the trail does not say by whom",
    },
    "audit.fault.cut": {"pt-BR": "{place}: a corrente termina antes do fim", "en": "{place}: the chain ends early"},
    "audit.erased": {"pt-BR": "valores apagados", "en": "values erased"},
    "audit.status.done": {"pt-BR": "feito", "en": "done"},
    "audit.status.unchanged": {"pt-BR": "nada a mudar", "en": "nothing to change"},
    "audit.status.failed": {"pt-BR": "falhou", "en": "failed"},
    "audit.status.ended": {"pt-BR": "vínculo encerrado", "en": "link ended"},
    "audit.action.person.sync": {"pt-BR": "sincronização", "en": "sync"},
    "audit.action.person.erased": {"pt-BR": "dados apagados", "en": "data erased"},
    "audit.action.audit.read": {"pt-BR": "trilha lida sem máscara", "en": "trail read unmasked"},
    "audit.action.office.put": {"pt-BR": "escritório cadastrado", "en": "office put"},
    "audit.action.integration.changed": {"pt-BR": "integração mudou", "en": "integration changed"},
    "audit.action.integration.ended": {"pt-BR": "integração encerrada", "en": "integration ended"},
    "audit.action.integration.subscribed": {"pt-BR": "webhook assinado", "en": "webhook subscribed"},
    "column.contact": {"pt-BR": "contato", "en": "contact"},
}
