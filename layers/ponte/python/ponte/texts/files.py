"""Files: what they are called without a name of their own, and why one did not cross. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "file.whatsapp.image": {"pt-BR": "imagem", "en": "image"},
    "file.whatsapp.video": {"pt-BR": "vídeo", "en": "video"},
    "file.whatsapp.audio": {"pt-BR": "áudio", "en": "audio"},
    "file.whatsapp.voice": {"pt-BR": "mensagem de voz", "en": "voice message"},
    "file.whatsapp.document": {"pt-BR": "documento", "en": "document"},
    "file.whatsapp.sticker": {"pt-BR": "figurinha", "en": "sticker"},
    "file.operator": {"pt-BR": "arquivo", "en": "file"},
    "reason.file.default": {
        "pt-BR": "O arquivo foi recusado ({code}). Peça ou envie de outra forma.",
        "en": "The file was refused ({code}). Ask for it or send it in another way.",
    },
    "reason.file.too_big": {
        "pt-BR": "É maior que 100 MB, o limite do WhatsApp e do Bitrix24.",
        "en": "It is larger than 100 MB, the limit of WhatsApp and Bitrix24.",
    },
    "reason.file.empty": {"pt-BR": "O arquivo está vazio.", "en": "The file is empty."},
    "reason.file.missing": {
        "pt-BR": "A mensagem veio sem o endereço do arquivo. Peça ou envie de novo.",
        "en": "The message came without the file's address. Ask for it or send it again.",
    },
    "reason.file.expired": {
        "pt-BR": "O arquivo não existe mais onde estava guardado. Peça ou envie de novo.",
        "en": "The file is no longer where it was kept. Ask for it or send it again.",
    },
    "reason.file.damaged": {
        "pt-BR": "O conteúdo chegou diferente do que o WhatsApp anunciou. Peça que envie de novo.",
        "en": "The content is not what WhatsApp announced. Ask for it again.",
    },
    "reason.file.disguised": {
        "pt-BR": "O conteúdo não é do tipo declarado; por segurança, o arquivo não foi entregue.",
        "en": "The content is not of the declared type; for safety the file was not handed on.",
    },
    "reason.file.address": {
        "pt-BR": "O endereço do arquivo não é de um servidor permitido.",
        "en": "The file's address is not on an allowed server.",
    },
    "reason.file.no_access": {
        "pt-BR": "O canal está sem acesso aos arquivos na Meta. Um administrador precisa renovar a autorização.",
        "en": "The channel has no access to files at Meta. An administrator must renew the authorisation.",
    },
    "reason.file.unreachable": {
        "pt-BR": "O servidor do arquivo não respondeu a tempo em meia hora de tentativas. Peça ou envie de novo.",
        "en": "The file's server did not answer in time during half an hour of tries. Ask for it or send it again.",
    },
    "reason.file.portal_fetch": {
        "pt-BR": "O Bitrix24 não conseguiu buscar o arquivo. Peça que o cliente envie de novo.",
        "en": "Bitrix24 could not fetch the file. Ask the customer to send it again.",
    },
    "reason.file.too_many": {
        "pt-BR": "Uma mensagem leva no máximo {most} arquivos. Envie os demais em outra.",
        "en": "A message takes at most {most} files. Send the others in another one.",
    },
}
