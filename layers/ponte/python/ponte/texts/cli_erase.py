"""What `ponte offices erase` says. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "erase.link": {"pt-BR": "vínculo, com os dados das duas telas", "en": "link, with what both sides showed"},
    "erase.conflicts": {"pt-BR": "conflitos", "en": "conflicts"},
    "erase.suggestions": {"pt-BR": "sugestões em aberto", "en": "open suggestions"},
    "erase.conversations": {"pt-BR": "conversas, com as mensagens", "en": "conversations, with their messages"},
    "erase.events": {"pt-BR": "eventos guardados", "en": "kept events"},
    "erase.under_way": {"pt-BR": "eventos em andamento", "en": "events under way"},
    "erase.busy": {
        "pt-BR": "Há algo em andamento; repita em um minuto para apagar o resto",
        "en": "Something is under way; repeat in a minute to erase the rest",
    },
    "erase.audit_values": {
        "pt-BR": "linhas da trilha com valores (as linhas ficam, os valores não)",
        "en": "rows of the audit trail with values (the rows stay, the values do not)",
    },
    "erase.confirm": {
        "pt-BR": "Apagar para sempre o que o Ponte guarda de {person}? O Zattar e o Chatwoot não são tocados.",
        "en": "Erase for good what Ponte keeps of {person}? Zattar and Chatwoot are not touched.",
    },
    "erase.done": {
        "pt-BR": "Apagado. A trilha de auditoria diz quem pediu, e continua íntegra: ponte audit verify",
        "en": "Erased. The audit trail says who asked, and is whole: ponte audit verify",
    },
}
