"""Sentences: how a WhatsApp message of each type reads in the other system. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "line.whatsapp.image": {"pt-BR": "📷 Imagem", "en": "📷 Image"},
    "line.whatsapp.video": {"pt-BR": "🎬 Vídeo", "en": "🎬 Video"},
    "line.whatsapp.audio": {"pt-BR": "🎵 Áudio", "en": "🎵 Audio"},
    "line.whatsapp.voice": {"pt-BR": "🎤 Mensagem de voz", "en": "🎤 Voice message"},
    "line.whatsapp.document": {"pt-BR": "📎 Documento", "en": "📎 Document"},
    "line.whatsapp.document_named": {"pt-BR": "📎 Documento: {name}", "en": "📎 Document: {name}"},
    "line.whatsapp.sticker": {"pt-BR": "🖼️ Figurinha", "en": "🖼️ Sticker"},
    "line.whatsapp.file_missing": {"pt-BR": "⚠️ O arquivo não veio. {why}", "en": "⚠️ The file did not come. {why}"},
    "line.whatsapp.file_late": {
        "pt-BR": "📎 O arquivo que faltou em uma mensagem anterior:",
        "en": "📎 The file that was missing from an earlier message:",
    },
    "line.whatsapp.location": {"pt-BR": "📍 Localização", "en": "📍 Location"},
    "line.whatsapp.location_named": {"pt-BR": "📍 Localização: {name}", "en": "📍 Location: {name}"},
    "line.whatsapp.contact": {"pt-BR": "👤 Contato: {name}", "en": "👤 Contact: {name}"},
    "line.whatsapp.contact_own": {
        "pt-BR": "👤 O cliente informou o próprio contato: {name}",
        "en": "👤 The customer shared their own contact: {name}",
    },
    "line.whatsapp.contact_unnamed": {"pt-BR": "sem nome", "en": "no name"},
    "line.whatsapp.button": {"pt-BR": "🔘 Escolheu: {title}", "en": "🔘 Chose: {title}"},
    "line.whatsapp.list": {"pt-BR": "🔘 Escolheu na lista: {title}", "en": "🔘 Chose from the list: {title}"},
    "line.whatsapp.template": {"pt-BR": "🔘 Respondeu: {title}", "en": "🔘 Answered: {title}"},
    "line.whatsapp.flow": {"pt-BR": "📝 Formulário respondido", "en": "📝 Form answered"},
    "line.whatsapp.flow_unreadable": {
        "pt-BR": "📝 Formulário respondido, mas as respostas chegaram ilegíveis. Peça ao cliente que as envie por mensagem.",
        "en": "📝 Form answered, but its answers cannot be read. Ask the customer to send them as a message.",
    },
    "line.whatsapp.call_missed": {
        "pt-BR": "📞 Chamada perdida do cliente no WhatsApp.",
        "en": "📞 Missed call of the customer on WhatsApp.",
    },
    "line.whatsapp.call": {
        "pt-BR": "📞 Chamada do cliente no WhatsApp, atendida fora deste canal: {minutes} min {seconds} s.",
        "en": "📞 Call of the customer on WhatsApp, taken outside this channel: {minutes} min {seconds} s.",
    },
    "line.whatsapp.reply": {
        "pt-BR": "↩️ Em resposta a uma mensagem anterior:",
        "en": "↩️ In reply to an earlier message:",
    },
    "line.whatsapp.reply_about": {"pt-BR": "↩️ Em resposta a “{about}”:", "en": "↩️ In reply to “{about}”:"},
    "line.whatsapp.forwarded": {"pt-BR": "↪️ Mensagem encaminhada:", "en": "↪️ Forwarded message:"},
    "line.whatsapp.forwarded_often": {
        "pt-BR": "↪️ Mensagem encaminhada com frequência:",
        "en": "↪️ Frequently forwarded message:",
    },
    "line.whatsapp.edited_mark": {"pt-BR": "_✏️ editada pelo cliente_", "en": "_✏️ edited by the customer_"},
    "line.whatsapp.call_allowed": {
        "pt-BR": "📞 O cliente permitiu que você ligue para ele pelo WhatsApp.",
        "en": "📞 The customer allowed you to call them on WhatsApp.",
    },
    "line.whatsapp.call_refused": {
        "pt-BR": "📞 O cliente não permitiu ligações pelo WhatsApp.",
        "en": "📞 The customer did not allow calls on WhatsApp.",
    },
    "line.whatsapp.order": {"pt-BR": "🛒 Pedido do catálogo", "en": "🛒 Order from the catalogue"},
    "line.whatsapp.order_line": {"pt-BR": "{quantity}x {product}", "en": "{quantity}x {product}"},
    "line.whatsapp.order_priced": {
        "pt-BR": "{quantity}x {product} ({currency} {price} cada)",
        "en": "{quantity}x {product} ({currency} {price} each)",
    },
    "line.whatsapp.order_total": {"pt-BR": "Total: {currency} {price}", "en": "Total: {currency} {price}"},
    "line.whatsapp.reaction": {
        "pt-BR": "{emoji} O cliente reagiu a uma mensagem.",
        "en": "{emoji} The customer reacted to a message.",
    },
    "line.whatsapp.reaction_about": {
        "pt-BR": "{emoji} O cliente reagiu à mensagem “{about}”",
        "en": "{emoji} The customer reacted to the message “{about}”",
    },
    "line.whatsapp.reaction_removed": {
        "pt-BR": "O cliente retirou a reação a uma mensagem.",
        "en": "The customer took back the reaction to a message.",
    },
    "line.whatsapp.reaction_removed_about": {
        "pt-BR": "O cliente retirou a reação à mensagem “{about}”",
        "en": "The customer took back the reaction to the message “{about}”",
    },
    "line.whatsapp.edited": {"pt-BR": "✏️ O cliente editou uma mensagem:", "en": "✏️ The customer edited a message:"},
    "line.whatsapp.edited_about": {
        "pt-BR": "✏️ O cliente editou a mensagem “{about}”:",
        "en": "✏️ The customer edited the message “{about}”:",
    },
    "line.whatsapp.edited_by_us": {"pt-BR": "✏️ Mensagem editada no celular:", "en": "✏️ Message edited on the phone:"},
    "line.whatsapp.revoked": {"pt-BR": "🗑️ O cliente apagou uma mensagem.", "en": "🗑️ The customer deleted a message."},
    "line.whatsapp.revoked_about": {
        "pt-BR": "🗑️ O cliente apagou a mensagem “{about}”",
        "en": "🗑️ The customer deleted the message “{about}”",
    },
    "line.whatsapp.revoked_by_us": {
        "pt-BR": "🗑️ Mensagem apagada no celular.",
        "en": "🗑️ Message deleted on the phone.",
    },
    "line.whatsapp.unsupported": {
        "pt-BR": "⚠️ O cliente enviou algo que o WhatsApp não entrega neste canal. Peça que envie de outra forma.",
        "en": "⚠️ The customer sent something that WhatsApp does not deliver here. Ask for it in another form.",
    },
    "line.whatsapp.unsupported_type": {
        "pt-BR": (
            "⚠️ O cliente enviou algo que o WhatsApp não entrega neste canal ({type}). Peça que envie de outra forma."
        ),
        "en": "⚠️ The customer sent something that WhatsApp does not deliver here ({type}). Ask for it in another form.",
    },
    "line.whatsapp.too_big": {
        "pt-BR": "⚠️ O cliente enviou um arquivo que o WhatsApp não entregou (limite de 100 MB). Peça um arquivo menor.",
        "en": "⚠️ The customer sent a file that WhatsApp did not deliver (limit 100 MB). Ask for a smaller file.",
    },
    "line.whatsapp.unknown": {
        "pt-BR": "⚠️ O cliente enviou uma mensagem que não pôde ser lida. Veja no celular ou peça que envie de novo.",
        "en": "⚠️ The customer sent a message that could not be read. Look on the phone or ask for it again.",
    },
    "line.whatsapp.unknown_type": {
        "pt-BR": (
            "⚠️ O cliente enviou uma mensagem que não pôde ser lida ({type}). Veja no celular ou peça que envie de novo."
        ),
        "en": "⚠️ The customer sent a message that could not be read ({type}). Look on the phone or ask for it again.",
    },
    "line.whatsapp.type.poll_creation": {"pt-BR": "enquete", "en": "poll"},
    "line.whatsapp.type.poll_update": {"pt-BR": "voto em enquete", "en": "poll vote"},
    "line.whatsapp.type.edit": {"pt-BR": "edição de mensagem", "en": "message edit"},
    "line.whatsapp.type.view_once": {"pt-BR": "visualização única", "en": "view once"},
    "line.whatsapp.type.live_location": {"pt-BR": "localização em tempo real", "en": "live location"},
    "line.whatsapp.number_changed": {
        "pt-BR": "📱 O cliente mudou de número: de {old} para {new}. A conversa continua aqui.",
        "en": "📱 The customer changed their number from {old} to {new}. The conversation goes on here.",
    },
    "line.whatsapp.window_template": {
        "pt-BR": "modelo que reabre a conversa",
        "en": "template that reopens the conversation",
    },
    "line.whatsapp.number_changed_silently": {
        "pt-BR": "📱 O cliente mudou de número no WhatsApp. A conversa continua aqui.",
        "en": "📱 The customer changed their number on WhatsApp. The conversation goes on here.",
    },
    "line.whatsapp.identity_changed": {
        "pt-BR": "🔔 A identificação do cliente no WhatsApp mudou. A conversa continua aqui.",
        "en": "🔔 The customer's identification on WhatsApp changed. The conversation goes on here.",
    },
    "line.whatsapp.system": {
        "pt-BR": "🔔 Aviso do WhatsApp sobre este cliente.",
        "en": "🔔 WhatsApp notice about this customer.",
    },
    "line.whatsapp.referral_ad": {"pt-BR": "📣 Veio do anúncio: {headline}", "en": "📣 Came from the ad: {headline}"},
    "line.whatsapp.referral_post": {
        "pt-BR": "📣 Veio da publicação: {headline}",
        "en": "📣 Came from the post: {headline}",
    },
    "line.whatsapp.product": {"pt-BR": "🛍️ Sobre o produto {product}", "en": "🛍️ About the product {product}"},
}
