"""What `ponte heal` says. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "heal.report_alone": {
        "pt-BR": "--report mostra a última vez e não combina com as outras opções.",
        "en": "--report shows the last run and goes with no other option.",
    },
    "heal.bad_since": {
        "pt-BR": "--since é um número com m, h ou d, até 7d: 90m, 24h, 3d.",
        "en": "--since is a number with m, h or d, up to 7d: 90m, 24h, 3d.",
    },
    "heal.portal_unknown": {
        "pt-BR": "Nenhum portal {portal}. Veja: ponte portals list",
        "en": "There is no portal {portal}. See: ponte portals list",
    },
    "heal.no_report": {"pt-BR": "A recuperação ainda não rodou.", "en": "Healing has not run yet."},
    "heal.busy": {
        "pt-BR": "Outra recuperação está em curso; nada foi feito. Tente de novo em alguns minutos.",
        "en": "Another run of healing is under way; nothing was done. Try again in some minutes.",
    },
    "heal.title": {
        "pt-BR": "Recuperação de {at} UTC, {seconds} s:",
        "en": "Healing of {at} UTC, {seconds} s:",
    },
    "heal.title_dry": {
        "pt-BR": "Simulação de {at} UTC, {seconds} s; nada foi enviado nem gravado:",
        "en": "Dry run of {at} UTC, {seconds} s; nothing was sent or written:",
    },
    "heal.checked": {"pt-BR": "conversas conferidas", "en": "conversations checked"},
    "heal.missing": {
        "pt-BR": "mensagens de operadores que nunca chegaram a nós",
        "en": "operators' messages that had never reached us",
    },
    "heal.stale": {
        "pt-BR": "mensagens começadas e esquecidas pela fila",
        "en": "messages begun and lost by their queue",
    },
    "heal.waiting": {"pt-BR": "mensagens que já estão na fila", "en": "messages that are queued already"},
    "heal.sent_on": {"pt-BR": "postas na fila agora", "en": "put on their queue now"},
    "heal.unknown_resolved": {
        "pt-BR": "de destino incerto, de volta à fila",
        "en": "of unknown fate, on their queue again",
    },
    "heal.unknown_left": {
        "pt-BR": "de destino incerto, grandes demais para voltar à fila",
        "en": "of unknown fate, too big to be queued again",
    },
    "heal.swept": {"pt-BR": "entradas do S3 postas na fila", "en": "entries of S3 put on their queue"},
    "heal.spilled": {"pt-BR": "entradas que ainda estão no S3", "en": "entries still in S3"},
    "heal.uncheckable_total": {
        "pt-BR": "conversas que não puderam ser conferidas por inteiro",
        "en": "conversations that could not be checked in full",
    },
    "heal.dead_letters": {"pt-BR": "mensagens mortas em {queue}", "en": "dead letters of {queue}"},
    "heal.samples": {"pt-BR": "Algumas delas:", "en": "Some of them:"},
    "heal.missing_one": {"pt-BR": "nunca chegou", "en": "never came"},
    "heal.stale_one": {"pt-BR": "esquecida", "en": "lost by its queue"},
    "heal.uncheckable": {
        "pt-BR": "Não puderam ser conferidas por inteiro ({count}); confira no Bitrix24:",
        "en": "These could not be checked in full ({count}); look at them in Bitrix24:",
    },
    "heal.why.last_session_only": {
        "pt-BR": "O portal só mostra o último atendimento, e houve um anterior no período.",
        "en": "The portal shows the last session only, and there was an earlier one in the range.",
    },
    "heal.why.too_long": {
        "pt-BR": "A conversa tem mensagens demais no período.",
        "en": "The conversation has too many messages in the range.",
    },
    "heal.why.author_unknown": {
        "pt-BR": "O portal não diz se foi o cliente ou um operador que escreveu.",
        "en": "The portal does not tell whether the customer or an operator wrote.",
    },
    "heal.why.chat_unknown": {
        "pt-BR": "Ainda não se sabe o chat dela no Bitrix24.",
        "en": "Its chat in Bitrix24 is not known yet.",
    },
    "heal.stop.time": {
        "pt-BR": "{portal}: o tempo acabou; a próxima vez continua daqui.",
        "en": "{portal}: the time was over; the next run goes on from here.",
    },
    "heal.stop.rate": {
        "pt-BR": "{portal}: o limite de chamadas ficou para as mensagens do momento; a próxima vez continua daqui.",
        "en": "{portal}: the rate was left to live messages; the next run goes on from here.",
    },
    "heal.stop.other": {
        "pt-BR": "{portal}: o portal não atendeu ({why}); a próxima vez continua daqui.",
        "en": "{portal}: the portal did not serve us ({why}); the next run goes on from here.",
    },
    "column.what": {"pt-BR": "o quê", "en": "what"},
    "column.amount": {"pt-BR": "quantas", "en": "count"},
    "column.chat": {"pt-BR": "chat", "en": "chat"},
    "column.message": {"pt-BR": "mensagem", "en": "message"},
    "column.conversation": {"pt-BR": "conversa", "en": "conversation"},
}
