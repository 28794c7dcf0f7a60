"""What staff of an office read in Zattar. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "office.notice.title": {"pt-BR": "Nova mensagem no Chatwoot", "en": "New message in Chatwoot"},
    "office.notice.message": {"pt-BR": "{who}: {said}", "en": "{who}: {said}"},
    "office.notice.files": {"pt-BR": "{who} enviou um arquivo.", "en": "{who} sent a file."},
    "office.notice.somebody": {"pt-BR": "Contato", "en": "Contact"},
}
