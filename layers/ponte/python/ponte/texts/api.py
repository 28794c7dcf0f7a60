"""What the REST API says of a request that it did not do: "api.<CODE>", in the words of the office's own error codes."""

TEXTS: dict[str, dict[str, str]] = {
    "api.default": {"pt-BR": "O pedido não pôde ser atendido.", "en": "The request could not be met."},
    "api.UNAUTHENTICATED": {
        "pt-BR": "Entre de novo: o acesso não foi reconhecido ou já venceu.",
        "en": "Sign in again: the access was not recognised, or is over.",
    },
    "api.FORBIDDEN": {
        "pt-BR": 'O seu usuário não tem a permissão "{scope}" para isto.',
        "en": 'Your user lacks the permission "{scope}" for this.',
    },
    "api.NOT_FOUND": {"pt-BR": "Não encontrado.", "en": "Not found."},
    "api.not_linked": {
        "pt-BR": "Esta pessoa não tem contato vinculado no Chatwoot.",
        "en": "This person has no linked contact in Chatwoot.",
    },
    "api.no_person": {"pt-BR": "Esta pessoa não existe no Zattar.", "en": "There is no such person in Zattar."},
    "api.no_contact": {"pt-BR": "Este contato não existe no Chatwoot.", "en": "There is no such contact in Chatwoot."},
    "api.taken_person": {
        "pt-BR": "A pessoa já está vinculada ao contato {contact} do Chatwoot.",
        "en": "The person is linked with contact {contact} of Chatwoot already.",
    },
    "api.taken_contact": {
        "pt-BR": "O contato já está vinculado a {tipo} {id} do Zattar.",
        "en": "The contact is linked with {tipo} {id} of Zattar already.",
    },
    "api.key_reused": {
        "pt-BR": "Esta Idempotency-Key já foi usada em outro pedido.",
        "en": "This Idempotency-Key was used for another request before.",
    },
    "api.no_files": {
        "pt-BR": "Arquivos ainda não podem ser enviados por aqui. Envie o texto sem anexos.",
        "en": "Files cannot be sent this way yet. Send the text without attachments.",
    },
    "api.other_account": {
        "pt-BR": "Esta conversa é de uma conta do Chatwoot que o escritório não usa mais.",
        "en": "This conversation is of an account of Chatwoot that the office no longer uses.",
    },
    "api.NO_INTEGRATION": {
        "pt-BR": "O escritório não tem uma integração ativa com o Chatwoot.",
        "en": "The office has no active integration with Chatwoot.",
    },
    "api.cannot_test": {
        "pt-BR": "Só integrações do tipo chatwoot podem ser testadas aqui.",
        "en": "Only integrations of tipo chatwoot can be tried here.",
    },
    "api.changed_since": {
        "pt-BR": "Outra pessoa mudou isto agora mesmo. Abra de novo e repita.",
        "en": "Somebody else changed this just now. Open it again and repeat.",
    },
    "api.incomplete": {
        "pt-BR": "A integração está incompleta: {field} está ausente ou não pode ser usado.",
        "en": "The integration is incomplete: {field} is missing or cannot be used.",
    },
    "api.VALIDATION_ERROR": {
        "pt-BR": "O campo {field} está ausente ou não é válido.",
        "en": "The field {field} is missing or not valid.",
    },
    "api.INVALID_BODY": {
        "pt-BR": "O corpo do pedido não é um objeto JSON como a rota espera.",
        "en": "The request's body is no JSON object as the route expects it.",
    },
    "api.BODY_TOO_LARGE": {
        "pt-BR": "O corpo do pedido é grande demais (máximo: {limit} bytes).",
        "en": "The request's body is too large ({limit} bytes at most).",
    },
    "api.UNSUPPORTED_MEDIA_TYPE": {
        "pt-BR": "Envie o corpo do pedido como application/json.",
        "en": "Send the request's body as application/json.",
    },
    "api.RATE_LIMIT": {
        "pt-BR": "Pedidos demais. Tente de novo em {seconds} s.",
        "en": "Too many requests. Try again in {seconds} s.",
    },
    "api.API_UNAVAILABLE": {
        "pt-BR": "Um dos sistemas não respondeu agora. Tente de novo em instantes.",
        "en": "One of the systems did not answer just now. Try again in a moment.",
    },
    "api.INTERNAL_ERROR": {
        "pt-BR": "Houve um erro no Ponte. Ele foi registrado; tente de novo mais tarde.",
        "en": "Ponte had an error. It was noted; try again later.",
    },
}
