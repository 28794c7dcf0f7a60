"""Why Chatwoot did not take something: "reason.chatwoot.<code>" for every code of chatwoot/errors.py, for people.

{detail} is what Chatwoot itself said, in the account's language; it may be "-".
"""

from itertools import combinations

type Sentences = dict[str, str]

_CREDENTIALS: Sentences = {
    "pt-BR": "O Chatwoot não aceitou a chave de acesso da integração. Gere outra no perfil do usuário da integração e atualize o cadastro.",
    "en": "Chatwoot did not accept the integration's access token. Make a new one in the profile of the integration's user and store it.",
}
_ADDRESS: Sentences = {
    "pt-BR": "O endereço configurado não respondeu como um Chatwoot. Confira o campo api_url da integração.",
    "en": "The configured address did not answer as a Chatwoot does. Check the integration's api_url.",
}
_PROXY: Sentences = {
    "pt-BR": "Algo na frente do Chatwoot (proxy ou firewall) recusou o acesso. Quem administra o servidor precisa liberar a ponte.",
    "en": "Something in front of Chatwoot (a proxy or firewall) refused access. The server's administrator must let the bridge in.",
}
_LOST: Sentences = {
    "pt-BR": "O Chatwoot demorou demais a responder. A ponte tenta de novo sozinha.",
    "en": "Chatwoot took too long to answer. The bridge tries again by itself.",
}
_DOWN: Sentences = {
    "pt-BR": "O Chatwoot está fora do ar ou com erro interno. A ponte tenta de novo sozinha.",
    "en": "Chatwoot is down or has an internal error. The bridge tries again by itself.",
}
_REQUEST: Sentences = {
    "pt-BR": "O Chatwoot recusou o pedido ({code}): {detail}",
    "en": "Chatwoot refused the request ({code}): {detail}",
}

_FIELDS = {
    "email": ("o e-mail", "the email"),
    "identifier": ("o identificador", "the identifier"),
    "phone_number": ("o telefone", "the phone"),
}


def _clash(names: tuple[str, ...]) -> Sentences:
    portuguese = " e ".join(_FIELDS[name][0] for name in names)
    english = " and ".join(_FIELDS[name][1] for name in names)
    return {
        "pt-BR": f"O Chatwoot recusou {portuguese}: já está em outro contato ou está em formato errado. {{detail}}",
        "en": f"Chatwoot refused {english}: another contact has it already, or its form is wrong. {{detail}}",
    }


_BY_CODE: dict[str, Sentences] = {
    "default": _REQUEST,
    "not_signed_in": {
        "pt-BR": "A chave de acesso não chegou ao Chatwoot. Um proxy pode estar retirando o cabeçalho Api-Access-Token.",
        "en": "The access token did not reach Chatwoot. A proxy may be dropping the header Api-Access-Token.",
    },
    "invalid_access_token": _CREDENTIALS,
    "account_refused": {
        "pt-BR": "O usuário da integração não faz parte desta conta do Chatwoot. Confira o account_id ou convide o usuário.",
        "en": "The integration's user is no member of this Chatwoot account. Check the account_id, or invite the user.",
    },
    "account_suspended": {
        "pt-BR": "A conta do Chatwoot está suspensa. Um administrador precisa regularizá-la.",
        "en": "The Chatwoot account is suspended. An administrator must settle it.",
    },
    "role_refused": {
        "pt-BR": "O usuário da integração não tem permissão para isso no Chatwoot. Dê a ele o papel de administrador.",
        "en": "The integration's user may not do this in Chatwoot. Give it the administrator's role.",
    },
    "bot_token": {
        "pt-BR": "A chave configurada é de um robô, que não alcança contatos. Use a chave de um usuário.",
        "en": "The configured token is a bot's, which cannot reach contacts. Use a user's token.",
    },
    "unauthorized": {
        "pt-BR": "O Chatwoot recusou o acesso: {detail}. Confira a chave de acesso e o papel do usuário da integração.",
        "en": "Chatwoot refused access: {detail}. Check the access token and the role of the integration's user.",
    },
    "http_401": _PROXY,
    "http_402": {
        "pt-BR": "O plano do Chatwoot não permite mais isso. Um administrador precisa rever o plano.",
        "en": "The Chatwoot plan does not allow any more of this. An administrator must review the plan.",
    },
    "http_403": _PROXY,
    "http_404": _ADDRESS,
    "redirect_refused": {
        "pt-BR": "O endereço do Chatwoot leva a outro. Cadastre em api_url o endereço final, com https.",
        "en": "Chatwoot's address leads to another one. Store the final address, with https, as api_url.",
    },
    "host_refused": {
        "pt-BR": "O endereço do Chatwoot não pode ser chamado: precisa ser https, com nome público e sem porta.",
        "en": "Chatwoot's address may not be called: it has to be https, with a public name and no port.",
    },
    "address_refused": {
        "pt-BR": "O nome do Chatwoot leva a uma rede privada. A ponte só chama servidores com endereço público.",
        "en": "Chatwoot's name leads into a private network. The bridge only calls servers with a public address.",
    },
    "not_found": {
        "pt-BR": "Contato não encontrado no Chatwoot: foi excluído ou unido a outro.",
        "en": "The contact was not found in Chatwoot: it was deleted, or merged into another one.",
    },
    **{
        "refused_" + "+".join(names): _clash(names)
        for size in (1, 2, 3)
        for names in combinations(sorted(_FIELDS), size)
    },
    "refused_name": {
        "pt-BR": "O Chatwoot recusou o nome: o limite é de 255 caracteres. {detail}",
        "en": "Chatwoot refused the name: the limit is 255 characters. {detail}",
    },
    "refused_url": {
        "pt-BR": "O Chatwoot recusou o endereço do webhook: é inválido ou já está cadastrado. {detail}",
        "en": "Chatwoot refused the webhook's address: it is invalid or there already. {detail}",
    },
    "refused_subscriptions": {
        "pt-BR": "Esta versão do Chatwoot não conhece um dos eventos pedidos. Atualize o Chatwoot. {detail}",
        "en": "This release of Chatwoot does not know one of the events asked for. Update Chatwoot. {detail}",
    },
    **dict.fromkeys(("refused", "request_refused"), _REQUEST),
    **dict.fromkeys(("http_400", "http_405", "http_406", "http_409", "http_410", "http_413", "http_415"), _REQUEST),
    "contact_online": {
        "pt-BR": "O contato está em conversa agora e não pode ser excluído. A ponte tenta de novo sozinha.",
        "en": "The contact is online and cannot be deleted now. The bridge tries again by itself.",
    },
    "http_429": {
        "pt-BR": "Limite de chamadas do Chatwoot excedido. A ponte espera o próximo minuto e tenta de novo sozinha.",
        "en": "Chatwoot's rate limit was exceeded. The bridge waits for the next minute and tries again by itself.",
    },
    "too_many_messages": {
        "pt-BR": "Mensagens demais nesta conversa em um minuto. A ponte espera e tenta de novo sozinha.",
        "en": "Too many messages in this conversation within a minute. The bridge waits and tries again by itself.",
    },
    "not_connected": {
        "pt-BR": "Não foi possível conectar ao Chatwoot. A ponte tenta de novo sozinha.",
        "en": "Chatwoot could not be reached. The bridge tries again by itself.",
    },
    "not_resolved": {
        "pt-BR": "O nome do servidor do Chatwoot não existe na internet. Confira o campo api_url da integração.",
        "en": "The name of the Chatwoot server does not exist in the internet. Check the integration's api_url.",
    },
    **dict.fromkeys(("no_answer", "too_slow", "http_408", "http_504", "http_524"), _LOST),
    **dict.fromkeys(("http_500", "http_502", "http_503", "http_520", "http_521", "http_522", "http_523"), _DOWN),
    **dict.fromkeys(("unreadable_answer", "answer_too_large"), _ADDRESS),
}

TEXTS: dict[str, Sentences] = {f"reason.chatwoot.{code}": sentences for code, sentences in _BY_CODE.items()}
