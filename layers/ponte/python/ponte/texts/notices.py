"""Lines that Ponte writes into an operator's chat. Key -> language -> sentence.

Each begins with one of SIGNS, so that a chat's history shows which lines are ours (a test holds this).
"""

SIGNS = ("⚠️", "ℹ️", "📱", "🔔", "🔕")

TEXTS: dict[str, dict[str, str]] = {
    "notice.not_sent": {
        "pt-BR": "⚠️ Mensagem não enviada ao WhatsApp: {why}",
        "en": "⚠️ Message not sent to WhatsApp: {why}",
    },
    "notice.not_delivered": {
        "pt-BR": "⚠️ O WhatsApp não entregou uma mensagem desta conversa: {why}",
        "en": "⚠️ WhatsApp did not deliver a message of this conversation: {why}",
    },
    "notice.not_delivered_about": {
        "pt-BR": "⚠️ O WhatsApp não entregou a mensagem “{about}”: {why}",
        "en": "⚠️ WhatsApp did not deliver the message “{about}”: {why}",
    },
    "notice.marketing_stopped": {
        "pt-BR": "🔕 O cliente pediu para não receber mais mensagens de marketing. Mensagens de atendimento continuam possíveis.",
        "en": "🔕 The customer asked for no more marketing messages. Service messages are still possible.",
    },
    "notice.marketing_resumed": {
        "pt-BR": "🔔 O cliente voltou a aceitar mensagens de marketing.",
        "en": "🔔 The customer accepts marketing messages again.",
    },
    "notice.file_not_sent": {
        "pt-BR": "⚠️ Arquivo não enviado ao WhatsApp: {name}. {why}",
        "en": "⚠️ File not sent to WhatsApp: {name}. {why}",
    },
    "notice.file_not_shown": {
        "pt-BR": "⚠️ O cliente enviou um arquivo que não aparece aqui. {why}",
        "en": "⚠️ The customer sent a file that is not shown here. {why}",
    },
    "notice.edit_not_possible": {
        "pt-BR": "ℹ️ O WhatsApp não permite alterar uma mensagem já enviada: o cliente continua vendo o texto original.",
        "en": "ℹ️ WhatsApp cannot change a message that was sent: the customer still sees the original text.",
    },
    "notice.delete_not_possible": {
        "pt-BR": "ℹ️ O WhatsApp não permite apagar uma mensagem já enviada: o cliente continua vendo a mensagem.",
        "en": "ℹ️ WhatsApp cannot delete a message that was sent: the customer still sees it.",
    },
    "notice.echo": {
        "pt-BR": "📱 Enviado pelo aplicativo WhatsApp Business: {text}",
        "en": "📱 Sent from the WhatsApp Business app: {text}",
    },
}
