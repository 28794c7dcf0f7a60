"""What operators and administrators read about templates, the 24-hour window and what can be typed in the chat."""

TEXTS: dict[str, dict[str, str]] = {
    # -- the window
    "notice.held": {
        "pt-BR": '⏳ A janela de 24 horas do WhatsApp está fechada. O modelo "{name}" foi enviado ao cliente; esta resposta e as próximas saem assim que ele escrever.',
        "en": '⏳ WhatsApp\'s 24-hour window is shut. The template "{name}" was sent to the customer; this reply and the next ones go out as soon as they write.',
    },
    "notice.held_after_yours": {
        "pt-BR": "⏳ A janela de 24 horas do WhatsApp está fechada e o cliente já recebeu um modelo; esta resposta e as próximas saem assim que ele escrever.",
        "en": "⏳ WhatsApp's 24-hour window is shut and the customer has had a template already; this reply and the next ones go out as soon as they write.",
    },
    "reason.window_held": {
        "pt-BR": "Aguarda o cliente: a janela de 24 horas está fechada e o modelo já foi enviado. Sai sozinha quando ele escrever.",
        "en": "Waiting for the customer: the 24-hour window is shut and the template was sent. It goes out by itself once they write.",
    },
    "reason.template_fate_unknown": {
        "pt-BR": "Não há como saber se o modelo, que é pago, chegou ao cliente. Confira no Gerenciador do WhatsApp antes de reenviar. Se o cliente escrever, a resposta que esperava sai sozinha.",
        "en": "There is no telling whether the template, which is paid for, reached the customer. Look in WhatsApp Manager before you redrive. If the customer writes, the waiting reply goes out by itself.",
    },
    "reason.window_template.default": {
        "pt-BR": "A janela de 24 horas está fechada e o modelo configurado para ela não pode ser enviado: {detail}",
        "en": "The 24-hour window is shut and the template configured for it cannot be sent: {detail}",
    },
    "reason.conversation_unknown": {
        "pt-BR": "A conversa não está mais no cadastro do Ponte. Peça ao cliente que escreva e responda de novo.",
        "en": "Ponte does not know the conversation any more. Ask the customer to write, then answer again.",
    },
    "template.unnamed": {"pt-BR": "cliente", "en": "customer"},
    # -- what is wrong with a template
    "template.wrong.default": {"pt-BR": "o modelo não pode ser enviado.", "en": "the template cannot be sent."},
    "template.wrong.missing": {
        "pt-BR": "não há modelo com esse nome e idioma nesta conta. Confira o nome no Gerenciador do WhatsApp; com vários idiomas, escreva também o idioma (por exemplo pt_BR).",
        "en": "the account has no template of that name and language. Check the name in WhatsApp Manager; if it has several languages, write the language too (pt_BR, for instance).",
    },
    "template.wrong.status": {
        "pt-BR": "o modelo não está aprovado (situação na Meta: {status}).",
        "en": "the template is not approved (Meta says: {status}).",
    },
    "template.wrong.category": {
        "pt-BR": "só modelos de utilidade são enviados automaticamente, e a Meta classifica este como {category}.",
        "en": "only utility templates are sent by themselves, and Meta classifies this one as {category}.",
    },
    "template.wrong.not_supported": {
        "pt-BR": "este modelo tem uma parte que o Ponte não envia ({what}).",
        "en": "the template has a part that Ponte does not send ({what}).",
    },
    "template.wrong.count": {
        "pt-BR": "o modelo pede {wanted} parâmetro(s), uma linha para cada um; foram escritos {given}.",
        "en": "the template wants {wanted} parameter(s), one line each; {given} were written.",
    },
    "template.wrong.unknown_name": {
        "pt-BR": '"{name}" não é um parâmetro do modelo. Escreva nome=valor, com os nomes: {names}.',
        "en": '"{name}" is no parameter of the template. Write name=value, with the names: {names}.',
    },
    "template.wrong.missing_name": {
        "pt-BR": "falta o parâmetro {name}. O modelo pede: {names}.",
        "en": "the parameter {name} is missing. The template wants: {names}.",
    },
    "template.wrong.empty": {"pt-BR": "um parâmetro ficou vazio.", "en": "a parameter is empty."},
    "template.wrong.shape": {
        "pt-BR": "um parâmetro tem quebra de linha, tabulação ou quatro espaços seguidos, que o WhatsApp não aceita.",
        "en": "a parameter has a line break, a tab or four blanks in a row, which WhatsApp does not take.",
    },
    "template.wrong.too_long": {
        "pt-BR": "um texto passou do limite de {most} caracteres.",
        "en": "a text is longer than {most} characters.",
    },
    "template.wrong.header": {
        "pt-BR": "o cabeçalho não confere com o do modelo ({format}). Para texto, escreva cabecalho=texto; para imagem, vídeo ou documento, anexe o arquivo à mensagem ou escreva cabecalho=https://... dele.",
        "en": "the header is not what the template wants ({format}). For text write cabecalho=text; for an image, video or document attach the file to the message or write cabecalho=https://... of it.",
    },
    "template.wrong.header_image": {
        "pt-BR": 'o cabeçalho deste modelo é uma imagem JPEG ou PNG de até 5 MB, e "{name}" não é.',
        "en": 'the template\'s header is a JPEG or PNG image of up to 5 MB, and "{name}" is none.',
    },
    "template.wrong.header_video": {
        "pt-BR": 'o cabeçalho deste modelo é um vídeo MP4 ou 3GPP de até 16 MB, e "{name}" não é.',
        "en": 'the template\'s header is an MP4 or 3GPP video of up to 16 MB, and "{name}" is none.',
    },
    "template.wrong.header_document": {
        "pt-BR": 'o cabeçalho deste modelo é um documento (PDF, Word, Excel, PowerPoint ou texto), e "{name}" não é.',
        "en": 'the template\'s header is a document (PDF, Word, Excel, PowerPoint or text), and "{name}" is none.',
    },
    "template.wrong.header_lost": {
        "pt-BR": 'o arquivo do cabeçalho, "{name}", não pôde ser usado. {why}',
        "en": 'the file of the header, "{name}", could not be used. {why}',
    },
    "template.wrong.button": {
        "pt-BR": "confira o botão {number}: se ele tem final de link ou código variável, escreva botao{number}=valor; senão, não escreva nada.",
        "en": "check button {number}: if it has a variable link or code, write botao{number}=value; if not, write nothing.",
    },
    # -- what was typed
    "notice.command_refused": {"pt-BR": "⚠️ Nada foi enviado: {why}", "en": "⚠️ Nothing was sent: {why}"},
    "command.unknown": {
        "pt-BR": "não existe o comando /{word}. Você quis dizer /{near}? Para enviar como texto, comece com //.",
        "en": "there is no command /{word}. Did you mean /{near}? To send it as text, begin with //.",
    },
    "command.twice": {"pt-BR": "a linha {word}= aparece duas vezes.", "en": "the line {word}= is there twice."},
    "command.not_here": {
        "pt-BR": "a linha {word}= não se usa neste comando.",
        "en": "the line {word}= has no place in this command.",
    },
    "command.template_name": {
        "pt-BR": "escreva /modelo nome ou /modelo nome idioma, e abaixo uma linha para cada parâmetro.",
        "en": "write /modelo name or /modelo name language, and below it one line for each parameter.",
    },
    "command.template_language": {
        "pt-BR": '"{word}" não é um idioma de modelo; use, por exemplo, pt_BR.',
        "en": '"{word}" is no language of templates; use pt_BR, for instance.',
    },
    "command.buttons_line": {
        "pt-BR": 'escreva /botoes sozinho na primeira linha; o texto e os botões ("- título") vêm abaixo.',
        "en": 'write /botoes alone in the first line; the text and the buttons ("- title") come below.',
    },
    "command.buttons_count": {
        "pt-BR": 'são de 1 a {most} botões, cada um em uma linha "- título".',
        "en": 'there must be 1 to {most} buttons, each in a line "- title".',
    },
    "command.rows_count": {
        "pt-BR": 'são de 1 a {most} opções ao todo, cada uma em uma linha "- título" ou "- título | descrição".',
        "en": 'there must be 1 to {most} rows in all, each in a line "- title" or "- title | description".',
    },
    "command.same_title": {
        "pt-BR": '"{text}" aparece duas vezes; os títulos precisam ser diferentes.',
        "en": '"{text}" is there twice; titles must differ.',
    },
    "command.section_empty": {
        "pt-BR": 'há uma seção (linha "# título") sem nenhuma opção.',
        "en": 'a section (a line "# title") has no rows.',
    },
    "command.section_title_missing": {
        "pt-BR": 'com mais de uma seção, todas precisam de título ("# título").',
        "en": 'where there are several sections, each needs a title ("# title").',
    },
    "command.link_line": {
        "pt-BR": "escreva /link rótulo https://endereço na primeira linha e o texto abaixo.",
        "en": "write /link label https://address in the first line and the text below.",
    },
    "command.reaction_line": {
        "pt-BR": "escreva /reagir e um só emoji, na mesma linha; /reagir sozinho retira a reação.",
        "en": "write /reagir and one emoji in the same line; /reagir alone takes the reaction away.",
    },
    "command.reaction_to_nothing": {
        "pt-BR": 'use "Responder" do Bitrix24 na mensagem a que quer reagir e escreva /reagir na resposta. Só mensagens desta conversa no WhatsApp servem.',
        "en": 'use Bitrix24\'s "Reply" on the message that you want to react to and write /reagir as the answer. Only messages of this WhatsApp conversation will do.',
    },
    "command.body_missing": {
        "pt-BR": 'falta o texto da mensagem, em linhas que não comecem com "-", "#" ou "/".',
        "en": 'the message\'s text is missing, in lines that do not begin with "-", "#" or "/".',
    },
    "command.body_long": {
        "pt-BR": "o texto passou do limite de {most} caracteres (o nome do operador conta, se o canal o mostra).",
        "en": "the text is longer than {most} characters (the operator's name counts where the line shows it).",
    },
    "command.button_title_missing": {"pt-BR": "há um botão sem título.", "en": "a button has no title."},
    "command.button_title_long": {
        "pt-BR": 'o botão "{text}" passou do limite de {most} caracteres.',
        "en": 'the button "{text}" is longer than {most} characters.',
    },
    "command.row_title_missing": {"pt-BR": "há uma opção sem título.", "en": "a row has no title."},
    "command.row_title_long": {
        "pt-BR": 'a opção "{text}" passou do limite de {most} caracteres.',
        "en": 'the row "{text}" is longer than {most} characters.',
    },
    "command.row_description_long": {
        "pt-BR": 'a descrição "{text}" passou do limite de {most} caracteres.',
        "en": 'the description "{text}" is longer than {most} characters.',
    },
    "command.section_title_long": {
        "pt-BR": 'a seção "{text}" passou do limite de {most} caracteres.',
        "en": 'the section "{text}" is longer than {most} characters.',
    },
    "command.list_label_long": {
        "pt-BR": 'o rótulo da lista, "{text}", passou do limite de {most} caracteres.',
        "en": 'the list\'s label, "{text}", is longer than {most} characters.',
    },
    "command.link_label_long": {
        "pt-BR": 'o rótulo do botão, "{text}", passou do limite de {most} caracteres.',
        "en": 'the button\'s label, "{text}", is longer than {most} characters.',
    },
    "command.header_long": {
        "pt-BR": "o cabeçalho passou do limite de {most} caracteres.",
        "en": "the header is longer than {most} characters.",
    },
    "command.footer_long": {
        "pt-BR": "o rodapé passou do limite de {most} caracteres.",
        "en": "the footer is longer than {most} characters.",
    },
    # -- changes
    "notice.cancelled_unsure": {
        "pt-BR": "ℹ️ A mensagem apagada não será enviada de novo, mas pode já ter chegado ao cliente: a resposta do WhatsApp se perdeu.",
        "en": "ℹ️ The deleted message will not be sent again, but it may have reached the customer: WhatsApp's answer was lost.",
    },
}
