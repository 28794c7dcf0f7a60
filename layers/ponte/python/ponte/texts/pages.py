"""Sentences of the pages inside a portal. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "page.connector_name": {"pt-BR": "WhatsApp (Ponte)", "en": "WhatsApp (Ponte)"},
    "page.open_in_portal.title": {"pt-BR": "Abra esta página no Bitrix24", "en": "Open this page in Bitrix24"},
    "page.open_in_portal.body": {
        "pt-BR": "Este endereço é usado pelo aplicativo dentro do portal. Use-o no cadastro do aplicativo local.",
        "en": "This address is used by the app inside the portal. Enter it where the local app is registered.",
    },
    "page.refused.title": {"pt-BR": "Instalação não confirmada", "en": "Installation not confirmed"},
    "page.refused.body": {
        "pt-BR": "O Bitrix24 não confirmou que este pedido vem deste aplicativo e deste portal. Confira o client_id e o "
        "client_secret da implantação e instale de novo.",
        "en": "Bitrix24 did not confirm that this request comes from this app and portal. Check the deployment's client_id "
        "and client_secret, then install again.",
    },
    "page.installed.title": {"pt-BR": "Ponte instalado", "en": "Ponte is installed"},
    "page.installed.body": {
        "pt-BR": "Agora abra Contact Center, escolha WhatsApp (Ponte) e ligue-o a um canal aberto.",
        "en": "Now open Contact Center, choose WhatsApp (Ponte) and connect it to an open line.",
    },
    "page.settings.title": {"pt-BR": "WhatsApp neste canal aberto", "en": "WhatsApp on this open line"},
    "page.settings.no_line": {
        "pt-BR": "O portal não disse qual canal aberto configurar. Abra esta página pelo Contact Center.",
        "en": "The portal did not say which open line to set up. Open this page from Contact Center.",
    },
    "page.settings.no_number": {
        "pt-BR": "Nenhum número do WhatsApp livre. Cadastre um com: ponte numbers put",
        "en": "No free WhatsApp number. Add one with: ponte numbers put",
    },
    "page.settings.which": {"pt-BR": "Qual número atende este canal?", "en": "Which number serves this line?"},
    "page.settings.choose": {"pt-BR": "Ligar número", "en": "Connect number"},
    "page.settings.active": {
        "pt-BR": "Canal {line} ativo com o número {phone}.",
        "en": "Line {line} is active with the number {phone}.",
    },
    "page.settings.activating": {
        "pt-BR": "Canal {line} ligado ao número {phone}; o Bitrix24 leva alguns segundos para ativar.",
        "en": "Line {line} is connected to {phone}; Bitrix24 takes a few seconds to switch it on.",
    },
    "page.settings.failed": {
        "pt-BR": "O canal {line} não pôde ser ativado: {why}",
        "en": "Line {line} could not be switched on: {why}",
    },
    "page.settings.next": {
        "pt-BR": "As mensagens dos clientes chegam a este canal e as respostas dos operadores vão ao WhatsApp.",
        "en": "Customers' messages arrive on this line and operators' answers go to WhatsApp.",
    },
}
