"""Why a suggestion was not taken up, for the API and the command line. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "suggestion.not_found": {"pt-BR": "Não há essa sugestão.", "en": "There is no such suggestion."},
    "suggestion.closed": {"pt-BR": "A sugestão já foi respondida.", "en": "The suggestion was answered before."},
    "suggestion.taken_person": {
        "pt-BR": "A pessoa já está vinculada a outro contato do Chatwoot.",
        "en": "The person is linked with another contact of Chatwoot.",
    },
    "suggestion.taken_contact": {
        "pt-BR": "O contato já está vinculado a outra pessoa do Zattar.",
        "en": "The contact is linked with another person of Zattar.",
    },
    "suggestion.no_integration": {
        "pt-BR": "O escritório não tem uma integração ativa com o Chatwoot.",
        "en": "The office has no active integration with Chatwoot.",
    },
    "suggestion.none": {"pt-BR": "Nenhuma sugestão em aberto.", "en": "No open suggestions."},
    "suggestion.walked": {
        "pt-BR": "{contacts} contatos sem vínculo conferidos; {found} sugestões em aberto.",
        "en": "{contacts} unlinked contacts looked at; {found} suggestions are open.",
    },
    "suggestion.stopped": {
        "pt-BR": "Parou na página {page} ({code}). Continue com --from {page}.",
        "en": "Stopped at page {page} ({code}). Go on with --from {page}.",
    },
    "suggestion.confirm_accept": {"pt-BR": "Vincular {id}?", "en": "Link {id}?"},
    "suggestion.accepted": {
        "pt-BR": "Vinculado; os dois lados serão igualados.",
        "en": "Linked; both sides will be brought into step.",
    },
    "suggestion.refused": {"pt-BR": "Recusada; não volta.", "en": "Refused; it will not come back."},
    "suggestion.reason.document": {"pt-BR": "documento", "en": "document"},
    "suggestion.reason.phone": {"pt-BR": "telefone", "en": "phone"},
    "suggestion.reason.email": {"pt-BR": "e-mail", "en": "e-mail"},
    "suggestion.grade.strong": {"pt-BR": "provável", "en": "likely"},
    "suggestion.grade.weak": {"pt-BR": "possível", "en": "possible"},
}
