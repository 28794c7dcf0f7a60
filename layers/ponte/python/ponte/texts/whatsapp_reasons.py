"""Sentences: why WhatsApp did not take or deliver a message, by Meta's code. Key -> language -> sentence.

{detail} is Meta's own wording, in English, and stands only where ours cannot say enough.
"""

_TOKEN = {
    "pt-BR": (
        "O canal do WhatsApp está desconectado: o token de acesso não é mais aceito. "
        "Um administrador precisa renovar o token."
    ),
    "en": "The WhatsApp channel is disconnected: its token is no longer accepted. An administrator must renew it.",
}
_PERMISSION = {
    "pt-BR": "O canal do WhatsApp não tem permissão para enviar. Um administrador precisa rever as permissões na Meta.",
    "en": "The WhatsApp channel has no permission to send. An administrator must review the permissions at Meta.",
}
_UNAVAILABLE = {
    "pt-BR": "O WhatsApp está com instabilidade e não aceitou a mensagem, mesmo após novas tentativas.",
    "en": "WhatsApp is having trouble and did not take the message, even after further tries.",
}
_QUOTA = {
    "pt-BR": "O limite de uso do WhatsApp desta empresa foi atingido. A mensagem está atrasada.",
    "en": "This company's WhatsApp usage limit was reached. The message is delayed.",
}
_RATE = {
    "pt-BR": "Mensagens demais em pouco tempo neste número do WhatsApp. A mensagem está atrasada.",
    "en": "Too many messages in a short time on this WhatsApp number. The message is delayed.",
}
_MAINTENANCE = {
    "pt-BR": "O WhatsApp está em manutenção neste número. A mensagem está atrasada.",
    "en": "WhatsApp is under maintenance on this number. The message is delayed.",
}
_RESTRICTED = {
    "pt-BR": "A Meta restringiu a conta do WhatsApp desta empresa. Um administrador precisa agir na Meta.",
    "en": "Meta restricted this company's WhatsApp account. An administrator must look in WhatsApp Manager.",
}
_BAD_REQUEST = {
    "pt-BR": "A mensagem não pôde ser enviada: o WhatsApp recusou os dados ({detail}). Informe o suporte.",
    "en": "The message could not be sent: WhatsApp refused its data ({detail}). Tell support.",
}
_REGISTRATION = {
    "pt-BR": "O número não está registrado corretamente no WhatsApp. Um administrador precisa concluir o registro.",
    "en": "The number is not properly registered on WhatsApp. An administrator must complete the registration.",
}
_TEMPLATE_VALUES = {
    "pt-BR": "Os valores preenchidos não combinam com o modelo de mensagem. Revise os campos e envie de novo.",
    "en": "The values do not fit the message template. Check the fields and send again.",
}
_FLOW = {
    "pt-BR": "O formulário deste modelo está bloqueado ou limitado pela Meta. Escolha outro modelo.",
    "en": "This template's form is blocked or throttled by Meta. Choose another template.",
}
_MARKETING = {
    "pt-BR": "O WhatsApp não entregou esta mensagem de marketing a este cliente. Não tente de novo antes de 24 horas.",
    "en": "WhatsApp withheld this marketing message from this customer. Do not try again within 24 hours.",
}
_GROUP = {
    "pt-BR": "A mensagem para o grupo foi recusada pelo WhatsApp.",
    "en": "WhatsApp refused the message to the group.",
}

_BY_CODE: dict[int, dict[str, str]] = {
    **dict.fromkeys((0, 190), _TOKEN),
    **dict.fromkeys((3, 10, *range(200, 300), 131005), _PERMISSION),
    **dict.fromkeys((1, 2, 131000, 131016, 133004, 135000), _UNAVAILABLE),
    **dict.fromkeys((4, 80007), _QUOTA),
    130429: _RATE,
    131056: {
        "pt-BR": "Mensagens demais em pouco tempo para este cliente. A mensagem está atrasada.",
        "en": "Too many messages in a short time to this customer. The message is delayed.",
    },
    131048: {
        "pt-BR": "A Meta restringiu este número porque mensagens foram bloqueadas ou marcadas como spam.",
        "en": "Meta restricted this number because messages were blocked or reported as spam.",
    },
    131064: {
        "pt-BR": "A Meta limitou este número por causa da categoria dos modelos de mensagem. Aguarde a liberação.",
        "en": "Meta limited this number because of the category of its templates. Wait until it is lifted.",
    },
    **dict.fromkeys((131049, 130472), _MARKETING),
    131050: {
        "pt-BR": "O cliente pediu para não receber mais mensagens de marketing.",
        "en": "The customer asked for no more marketing messages.",
    },
    131047: {
        "pt-BR": (
            "Passaram-se mais de 24 horas desde a última mensagem do cliente. "
            "Fora dessa janela só é possível enviar um modelo de mensagem."
        ),
        "en": "More than 24 hours have passed since the customer's last message. Now only a template can be sent.",
    },
    131026: {
        "pt-BR": (
            "Este número não pode receber a mensagem: não tem WhatsApp, usa uma versão antiga "
            "ou ainda não aceitou os termos."
        ),
        "en": "This number cannot receive the message: no WhatsApp, an old version, or terms not accepted.",
    },
    130403: {
        "pt-BR": "Este cliente está bloqueado pela empresa no WhatsApp. Desbloqueie antes de enviar.",
        "en": "The business blocked this customer on WhatsApp. Unblock them before sending.",
    },
    131021: {
        "pt-BR": "O destinatário é o próprio número da empresa.",
        "en": "The recipient is the business's own number.",
    },
    131030: {
        "pt-BR": "O número da empresa está em modo de teste e este cliente não está na lista de permitidos.",
        "en": "The business number is in test mode and this customer is not on its list.",
    },
    131051: {
        "pt-BR": "O WhatsApp não aceita este tipo de conteúdo.",
        "en": "WhatsApp does not accept this type of content.",
    },
    131052: {
        "pt-BR": "O arquivo do cliente não pôde ser baixado (o limite é 100 MB). Peça um arquivo menor.",
        "en": "The customer's file could not be downloaded (the limit is 100 MB). Ask for a smaller one.",
    },
    131053: {
        "pt-BR": "O WhatsApp não aceitou o arquivo: tipo ou tamanho não permitido.",
        "en": "WhatsApp did not accept the file: its type or size is not allowed.",
    },
    131062: {
        "pt-BR": "Para esta mensagem o WhatsApp exige o telefone do cliente, que não é conhecido.",
        "en": "For this message WhatsApp needs the customer's phone number, which is not known.",
    },
    131063: {
        "pt-BR": "Os modelos de marketing estão desativados para este número.",
        "en": "Marketing templates are switched off for this number.",
    },
    **dict.fromkeys((33, 100, 131008, 131009), _BAD_REQUEST),
    **dict.fromkeys((131031, 368), _RESTRICTED),
    130497: {
        "pt-BR": "A conta do WhatsApp desta empresa não pode enviar mensagens para o país deste cliente.",
        "en": "This company's WhatsApp account may not send to this customer's country.",
    },
    131037: {
        "pt-BR": "O nome de exibição do número ainda não foi aprovado pela Meta. Um administrador precisa verificar.",
        "en": "The number's display name is not approved by Meta yet. An administrator must look into it.",
    },
    131042: {
        "pt-BR": "Há um problema com o pagamento da conta do WhatsApp. Um administrador precisa verificar na Meta.",
        "en": "There is a payment problem with the WhatsApp account. An administrator must look into it at Meta.",
    },
    131045: _REGISTRATION,
    **dict.fromkeys((131057, 2494100), _MAINTENANCE),
    **dict.fromkeys((132000, 132012, 132018), _TEMPLATE_VALUES),
    132001: {
        "pt-BR": "O modelo de mensagem não existe neste idioma ou ainda não foi aprovado.",
        "en": "The message template does not exist in this language or is not approved yet.",
    },
    132005: {
        "pt-BR": "O modelo preenchido ficou longo demais. Encurte os valores ou escolha outro modelo.",
        "en": "The filled template is too long. Shorten the values or choose another one.",
    },
    132007: {
        "pt-BR": "O modelo viola as políticas do WhatsApp. Escolha outro modelo.",
        "en": "The template violates WhatsApp's policies. Choose another one.",
    },
    132015: {
        "pt-BR": "O modelo está pausado por baixa qualidade. Escolha outro modelo.",
        "en": "The template is paused for low quality. Choose another one.",
    },
    132016: {
        "pt-BR": "O modelo foi desativado pela Meta. Escolha outro modelo.",
        "en": "Meta disabled the template. Choose another one.",
    },
    **dict.fromkeys((132068, 132069), _FLOW),
    **dict.fromkeys((code for code in range(133000, 133017) if code != 133004), _REGISTRATION),
    137000: {
        "pt-BR": "A identidade do cliente no WhatsApp mudou. Confirme com quem você está falando antes de enviar.",
        "en": "The customer's identity on WhatsApp changed. Confirm whom you are talking to before sending.",
    },
    **dict.fromkeys((131020, 131041, *range(131201, 131216)), _GROUP),
}

TEXTS: dict[str, dict[str, str]] = {
    "reason.whatsapp.default": {
        "pt-BR": "O WhatsApp recusou a mensagem (código {code}: {detail}).",
        "en": "WhatsApp refused the message (code {code}: {detail}).",
    },
    "reason.whatsapp.no_wamid": {
        "pt-BR": "O WhatsApp respondeu sem confirmar a mensagem. Verifique no celular antes de reenviar.",
        "en": "WhatsApp answered without confirming the message. Look on the phone before sending again.",
    },
    **{f"reason.whatsapp.{code}": sentences for code, sentences in _BY_CODE.items()},
}
