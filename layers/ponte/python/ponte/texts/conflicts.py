"""Why a conflict was not taken back, for the API and the command line. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "conflict.not_found": {"pt-BR": "Não há esse conflito.", "en": "There is no such conflict."},
    "conflict.closed": {"pt-BR": "O conflito já foi resolvido.", "en": "The conflict was settled before."},
    "conflict.authority": {
        "pt-BR": "O nome vale como está no Zattar. Mude-o lá, e o Chatwoot acompanha.",
        "en": "A name is as Zattar has it. Change it there, and Chatwoot follows.",
    },
    "conflict.cannot_hold": {
        "pt-BR": "O Zattar não tem onde guardar este valor.",
        "en": "Zattar has no place for this value.",
    },
    "conflict.taken": {
        "pt-BR": "Outro contato do Chatwoot já tem este valor. Una os dois contatos ou mude o outro.",
        "en": "Another contact of Chatwoot has this value. Merge the two contacts, or change the other one.",
    },
    "conflict.changed_since": {
        "pt-BR": "A pessoa mudou no Zattar desde então; nada foi desfeito.",
        "en": "The person has changed in Zattar since; nothing was taken back.",
    },
    "conflict.zattar": {"pt-BR": "O Zattar não aceitou.", "en": "Zattar did not take it."},
    "conflict.confirm_undo": {
        "pt-BR": "Fazer valer nos dois lados o valor que não ficou ({id})?",
        "en": "Let the value that was not kept stand on both sides ({id})?",
    },
    "conflict.undone": {
        "pt-BR": "Desfeito; os dois lados serão igualados.",
        "en": "Taken back; both sides will be brought into step.",
    },
    "conflict.left": {"pt-BR": "Fica como está.", "en": "It stays as it is."},
}
