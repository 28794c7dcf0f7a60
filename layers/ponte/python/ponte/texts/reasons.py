"""Why a message is parked, in words for whoever must act. Vendors' codes have files of their own beside this one."""

TEXTS: dict[str, dict[str, str]] = {
    "reason.default": {
        "pt-BR": "A mensagem não pôde ser entregue ({code}). Verifique e reenvie.",
        "en": "The message could not be delivered ({code}). Check and redrive it.",
    },
    "reason.gave_up": {
        "pt-BR": "O outro lado recusou ou falhou em todas as tentativas. Quando ele voltar ao normal, reenvie.",
        "en": "The other side refused or failed on every try. Redrive once it is back to normal.",
    },
    "reason.crashed": {
        "pt-BR": "Uma falha do próprio Ponte impediu o processamento desta mensagem dez vezes ({code}). O conteúdo está guardado. Avise o suporte; depois da correção, reenvie.",
        "en": "A fault of Ponte itself kept this message from being handled, ten times ({code}). Its content is kept. Tell support; redrive it once that is mended.",
    },
    "reason.fate_unknown": {
        "pt-BR": "Não há como saber se a mensagem chegou: foi repetida uma vez, sem confirmação. Confira com o cliente antes de reenviar.",
        "en": "There is no telling whether it arrived: it was repeated once without confirmation. Ask the customer before you redrive.",
    },
    "reason.chatwoot.no_integration": {
        "pt-BR": "O escritório não tem uma integração ativa com o Chatwoot. Ative uma no Zattar e repita.",
        "en": "The office has no active integration with Chatwoot. Switch one on in Zattar, then repeat.",
    },
    "reason.office.conversa_unknown": {
        "pt-BR": "A ponte não conhece essa conversa do Chatwoot.",
        "en": "The bridge does not know this conversation of Chatwoot.",
    },
    "reason.office.other_account": {
        "pt-BR": "O escritório mudou de conta no Chatwoot antes que isto pudesse ser feito.",
        "en": "The office moved to another account of Chatwoot before this could be done.",
    },
    "reason.office.no_agent": {
        "pt-BR": "O usuário não está ligado a um agente do Chatwoot (usuarios_chatwoot), ou o Chatwoot não conhece o agente.",
        "en": "The user is not joined with an agent of Chatwoot (usuarios_chatwoot), or Chatwoot does not know the agent.",
    },
    "reason.office.loop": {
        "pt-BR": "Esta pessoa foi escrita vezes demais em uma hora: os dois lados parecem responder um ao outro. Verifique as automações e reenvie.",
        "en": "This person was written too often within an hour: the two sides seem to answer each other. Check automations, then redrive.",
    },
    "reason.office.taken_contact": {
        "pt-BR": "O contato no Chatwoot já mostra outra pessoa do Zattar. Decida qual vínculo vale e reenvie.",
        "en": "The contact in Chatwoot shows another person of Zattar already. Decide which link stands, then redrive.",
    },
    "reason.office.taken_person": {
        "pt-BR": "A pessoa já tem outro contato no Chatwoot. Decida qual vínculo vale e reenvie.",
        "en": "The person has another contact in Chatwoot already. Decide which link stands, then redrive.",
    },
    "reason.replayed": {
        "pt-BR": "Alguém mandou refazer esta mensagem, mas ela ainda não voltou à fila. Mande de novo.",
        "en": "Somebody asked for this message to be replayed, but it is not on its queue yet. Ask again.",
    },
    "reason.number_unknown": {
        "pt-BR": "O número do WhatsApp que recebeu a mensagem não está ligado a nenhum canal aberto. Ligue-o nas configurações do conector e reenvie.",
        "en": "The WhatsApp number that got the message is joined with no open line. Join it in the connector's settings, then redrive.",
    },
    "reason.portal_unknown": {
        "pt-BR": "O portal Bitrix24 desta mensagem não tem mais o aplicativo instalado. Instale-o e reenvie.",
        "en": "The Bitrix24 portal of this message has no installation any more. Install the app, then redrive.",
    },
    "reason.portal_disabled": {
        "pt-BR": "O aplicativo foi removido deste portal Bitrix24. Instale-o de novo e reenvie.",
        "en": "The app was removed from this Bitrix24 portal. Install it again, then redrive.",
    },
    "reason.portal_reauth": {
        "pt-BR": "O Bitrix24 não aceita mais a autorização deste portal. Um administrador deve reinstalar o aplicativo; depois reenvie.",
        "en": "Bitrix24 no longer accepts this portal's authorisation. An administrator must reinstall the app; then redrive.",
    },
    "reason.line_unknown": {
        "pt-BR": "Este canal aberto não está ligado a um número do WhatsApp. Abra as configurações do conector e reenvie.",
        "en": "This open line is not joined with a WhatsApp number. Open the connector's settings, then redrive.",
    },
    "reason.recipient_unknown": {
        "pt-BR": "Não se sabe a quem responder: a conversa não tem telefone nem identificador do WhatsApp.",
        "en": "There is nobody to answer: the conversation has neither a phone nor a WhatsApp id.",
    },
    "reason.file_owed": {
        "pt-BR": "A mensagem foi entregue sem o seu arquivo, que não pôde ser buscado na Meta ({detail}). Ela o guarda por 7 dias: resolva o acesso e reenvie, e só o arquivo será entregue.",
        "en": "The message was delivered without its file, which could not be fetched from Meta ({detail}). Meta keeps it for 7 days: mend the access and redrive, and the file alone is delivered.",
    },
    "reason.sender_unknown": {
        "pt-BR": "O WhatsApp não informou quem enviou a mensagem: não há telefone nem identificador. Veja no celular.",
        "en": "WhatsApp did not say who sent the message: it has neither a phone nor an id. Look on the phone.",
    },
    "reason.malformed": {
        "pt-BR": "O evento chegou com um formato que o Ponte não conhece e não pôde ser lido.",
        "en": "The event has a shape Ponte does not know and could not be read.",
    },
}
