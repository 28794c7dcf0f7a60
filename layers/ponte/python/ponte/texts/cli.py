"""What the command line says. Key -> language -> sentence. The doctor's findings have a file of their own."""

TEXTS: dict[str, dict[str, str]] = {
    # -- where it works
    "cli.say_where": {
        "pt-BR": "Diga onde: --stack NOME (pilha implantada) ou --sandbox [PASTA].",
        "en": "Say where: --stack NAME (deployed stack) or --sandbox [FOLDER].",
    },
    "cli.one_place": {
        "pt-BR": "Use --stack ou --sandbox, não os dois.",
        "en": "Use --stack or --sandbox, not both.",
    },
    "cli.region_of_a_stack": {
        "pt-BR": "--region só vale com --stack.",
        "en": "--region belongs to --stack.",
    },
    "cli.unknown_language": {
        "pt-BR": "Idioma desconhecido; use pt-BR ou en.",
        "en": "Unknown language; use pt-BR or en.",
    },
    "cli.sandbox_not_running": {
        "pt-BR": "Nenhum sandbox ativo em {folder}. Inicie-o com: make run",
        "en": "No sandbox is running in {folder}. Start it with: make run",
    },
    "cli.sandbox_file_unreadable": {
        "pt-BR": "{file} falta ou não tem o formato esperado. Pare o sandbox e inicie-o de novo: make run",
        "en": "{file} is missing or not of the expected shape. Stop the sandbox and start it again: make run",
    },
    "cli.sandbox_not_local": {
        "pt-BR": "{file} não aponta para esta máquina; nada foi feito.",
        "en": "{file} does not point to this machine; nothing was done.",
    },
    "cli.stack_not_found": {
        "pt-BR": "A pilha {stack} não existe nesta região e conta. Confira --stack, --region e AWS_PROFILE.",
        "en": "There is no stack {stack} in this region and account. Check --stack, --region and AWS_PROFILE.",
    },
    "cli.stack_not_ponte": {
        "pt-BR": "A pilha {stack} ({status}) não tem as saídas do Ponte. A implantação terminou?",
        "en": "The stack {stack} ({status}) lacks Ponte's outputs. Did its deployment finish?",
    },
    "cli.aws_refused": {
        "pt-BR": "A AWS não atendeu ({code}). Confira a credencial (AWS_PROFILE), a região e as permissões.",
        "en": "AWS did not serve us ({code}). Check credential (AWS_PROFILE), region and permissions.",
    },
    "cli.misconfigured": {
        "pt-BR": "A pilha não está completa para isto ({code}). Ela tem a ponte de clientes (Bridges)?",
        "en": "The stack is not complete for this ({code}). Does it have the customer bridge (Bridges)?",
    },
    # -- writing
    "cli.confirm_json": {
        "pt-BR": "Com --json, confirme com --yes.",
        "en": "With --json, confirm with --yes.",
    },
    "cli.yes_no": {"pt-BR": "[s/N]", "en": "[y/N]"},
    "cli.given_up": {"pt-BR": "Nada foi feito.", "en": "Nothing was done."},
    "cli.nothing_to_do": {"pt-BR": "Nada a fazer.", "en": "Nothing to do."},
    # -- parked
    "parked.none": {"pt-BR": "Nenhuma mensagem estacionada.", "en": "No parked message."},
    "parked.choose": {
        "pt-BR": "Diga quais: ids, --reason CÓDIGO ou --all.",
        "en": "Say which: ids, --reason CODE or --all.",
    },
    "parked.all_alone": {
        "pt-BR": "--all não combina com ids nem com --reason.",
        "en": "--all goes with neither ids nor --reason.",
    },
    "parked.not_found": {
        "pt-BR": "Não está (mais) estacionada: {id}",
        "en": "Not parked (any more): {id}",
    },
    "parked.confirm_redrive": {
        "pt-BR": "Enviar de novo {count} mensagem(ns)? As de destino incerto podem chegar duas vezes ao cliente.",
        "en": "Redrive {count} message(s)? Those of unknown fate may reach the customer twice.",
    },
    "parked.confirm_drop": {
        "pt-BR": "Descartar {count} mensagem(ns) para sempre? Elas não chegarão a ninguém.",
        "en": "Drop {count} message(s) for good? They will reach nobody.",
    },
    "parked.state.redriven": {"pt-BR": "de volta à fila", "en": "on its queue again"},
    "parked.state.not_parked": {"pt-BR": "não está (mais) estacionada", "en": "not parked (any more)"},
    "parked.state.not_queued": {
        "pt-BR": "a fila recusou; continua estacionada",
        "en": "refused by the queue; still parked",
    },
    "parked.state.dropped": {"pt-BR": "descartada", "en": "dropped"},
    "column.id": {"pt-BR": "id", "en": "id"},
    "column.reason": {"pt-BR": "motivo", "en": "reason"},
    "column.code": {"pt-BR": "código", "en": "code"},
    "column.state": {"pt-BR": "estado", "en": "state"},
    "column.queue": {"pt-BR": "fila", "en": "queue"},
    "column.count": {"pt-BR": "mensagens", "en": "messages"},
    "column.at": {"pt-BR": "quando (UTC)", "en": "when (UTC)"},
    "column.step": {"pt-BR": "passo", "en": "step"},
    "column.detail": {"pt-BR": "detalhe", "en": "detail"},
    "column.number": {"pt-BR": "número", "en": "number"},
    "column.account": {"pt-BR": "conta", "en": "account"},
    "column.about": {"pt-BR": "sobre", "en": "about"},
    "column.told": {"pt-BR": "aviso da Meta", "en": "Meta's word"},
    "column.line": {"pt-BR": "canal", "en": "line"},
    "column.domain": {"pt-BR": "endereço", "en": "address"},
    "column.token_until": {"pt-BR": "token até (UTC)", "en": "token until (UTC)"},
    "column.lines": {"pt-BR": "canais", "en": "lines"},
    "column.source_id": {"pt-BR": "id no provedor", "en": "provider's id"},
    "column.attempts": {"pt-BR": "tentativas", "en": "attempts"},
    "direction.inbound": {"pt-BR": "WhatsApp → Bitrix24", "en": "WhatsApp → Bitrix24"},
    "direction.outbound": {"pt-BR": "Bitrix24 → WhatsApp", "en": "Bitrix24 → WhatsApp"},
    "direction.zattar_to_chatwoot": {"pt-BR": "Zattar → Chatwoot", "en": "Zattar → Chatwoot"},
    "direction.chatwoot_to_zattar": {"pt-BR": "Chatwoot → Zattar", "en": "Chatwoot → Zattar"},
    # -- replay
    "replay.title": {"pt-BR": "{id} · {direction}", "en": "{id} · {direction}"},
    "replay.then": {"pt-BR": "então: {how}", "en": "then: {how}"},
    "replay.now": {"pt-BR": "agora: {how}", "en": "now: {how}"},
    "replay.template": {
        "pt-BR": "{name} ({language}, categoria {category}); a Meta cobra por ele",
        "en": "{name} ({language}, category {category}); Meta charges for it",
    },
    "replay.held.ask": {
        "pt-BR": "a primeira; um modelo pergunta ao cliente",
        "en": "the first; a template asks the customer",
    },
    "replay.held.wait": {
        "pt-BR": "atrás de outras; o cliente já foi perguntado, nenhum modelo sai",
        "en": "behind others; the customer was asked already, no template goes out",
    },
    "replay.held.first": {
        "pt-BR": "atrás do modelo que um operador enviou; nenhum outro sai",
        "en": "behind the template that an operator sent; no other goes out",
    },
    "replay.state.PARKED": {"pt-BR": "estacionada", "en": "parked"},
    "replay.state.SKIPPED": {"pt-BR": "sem efeito", "en": "nothing to do"},
    "replay.state.SENT": {"pt-BR": "entregue ao outro lado", "en": "handed over"},
    "replay.state.OPEN": {"pt-BR": "depende das respostas", "en": "depends on the answers"},
    "replay.state.SENDING": {"pt-BR": "em andamento", "en": "under way"},
    "replay.state.RETRY": {"pt-BR": "vai tentar de novo", "en": "will try again"},
    "replay.state.UNKNOWN": {"pt-BR": "destino incerto", "en": "fate unknown"},
    "replay.in_doubt": {
        "pt-BR": "  ? o primeiro passo talvez já tenha sido feito: antes de repetir, o outro lado é consultado",
        "en": "  ? the first step may have been done already: the other side is asked before it is repeated",
    },
    "replay.not_worth_it": {
        "pt-BR": "Refazer agora não mudaria nada. Corrija a causa antes.",
        "en": "A replay would change nothing now. Mend the cause first.",
    },
    "replay.not_found": {
        "pt-BR": "Nenhuma mensagem com o id {id}. Procure-a com: ponte trace {id} --scan",
        "en": "No message with the id {id}. Look for it with: ponte trace {id} --scan",
    },
    "replay.done": {"pt-BR": "Nada falta: ela foi entregue.", "en": "Nothing is missing: it was handed over."},
    "replay.under_way": {
        "pt-BR": "Ainda está em andamento: uma função cuida dela.",
        "en": "It is under way: a function is on it.",
    },
    "replay.not_kept": {
        "pt-BR": "O conteúdo não é mais guardado: não há o que refazer.",
        "en": "Its content is not kept any more: there is nothing to replay.",
    },
    "replay.busy": {
        "pt-BR": "Outra mensagem deste cliente abre a conversa agora. Tente de novo em instantes.",
        "en": "Another message of this customer opens the chat just now. Try again in a moment.",
    },
    "replay.confirm": {
        "pt-BR": "Refazer {count} mensagem(ns)? O que já foi feito não se repete.",
        "en": "Replay {count} message(s)? What was done is not repeated.",
    },
    # -- risks
    "risks.none": {"pt-BR": "Nenhuma mensagem talvez repetida.", "en": "No message that may have been seen twice."},
    "column.direction": {"pt-BR": "sentido", "en": "direction"},
    "column.status": {"pt-BR": "situação", "en": "status"},
    # -- dead letters
    "dlq.unknown": {
        "pt-BR": "Fila desconhecida: {name}. Há: {known}",
        "en": "Unknown queue: {name}. There are: {known}",
    },
    "dlq.choose": {"pt-BR": "Diga qual fila, ou --all.", "en": "Say which queue, or --all."},
    "dlq.confirm": {
        "pt-BR": "Devolver {count} mensagem(ns) mortas às filas de origem?",
        "en": "Move {count} dead letter(s) back to the queues they came from?",
    },
    "dlq.state.empty": {"pt-BR": "vazia", "en": "empty"},
    "dlq.state.moved": {"pt-BR": "{count} devolvida(s)", "en": "{count} moved back"},
    "dlq.state.started": {
        "pt-BR": "transferência iniciada no SQS ({count} mensagens)",
        "en": "move started in SQS ({count} messages)",
    },
    "dlq.state.refused": {
        "pt-BR": "o SQS recusou ({code}); há outra transferência em andamento?",
        "en": "SQS refused ({code}); is another move under way?",
    },
    # -- trace
    "trace.not_found": {
        "pt-BR": "Nenhuma mensagem com o id {id}.",
        "en": "No message with the id {id}.",
    },
    "trace.try_scan": {
        "pt-BR": "Nada sob o id {id}. Os ids do Bitrix24 e os dos logs não são chave: --scan lê a tabela inteira (custa leituras).",
        "en": "Nothing under the id {id}. Bitrix24's ids and those of logs are no key: --scan reads the whole table (it costs reads).",
    },
    "trace.dup_risk": {
        "pt-BR": "Repetida sem prova de que a primeira não chegou: talvez alguém a tenha visto duas vezes.",
        "en": "Repeated without proof that the first one did not arrive: somebody may have seen it twice.",
    },
    "trace.title": {"pt-BR": "{direction}: {status}", "en": "{direction}: {status}"},
    "status.SENDING": {"pt-BR": "em andamento", "en": "under way"},
    "status.RETRY": {"pt-BR": "vai tentar de novo", "en": "will try again"},
    "status.UNKNOWN": {"pt-BR": "destino incerto", "en": "fate unknown"},
    "status.PARKED": {"pt-BR": "estacionada", "en": "parked"},
    "status.SKIPPED": {"pt-BR": "sem efeito", "en": "nothing to do"},
    "status.SENT": {"pt-BR": "entregue ao outro lado", "en": "handed over"},
    "status.DELIVERED": {"pt-BR": "no celular do cliente", "en": "on the customer's phone"},
    "status.READ": {"pt-BR": "lida", "en": "read"},
    "status.FAILED": {"pt-BR": "não entregue", "en": "not delivered"},
    "step.webhook": {"pt-BR": "webhook recebido", "en": "webhook received"},
    "step.claimed": {"pt-BR": "função assumiu", "en": "function took it"},
    "step.retry": {"pt-BR": "nova tentativa marcada", "en": "another try is due"},
    "step.unknown": {"pt-BR": "resposta perdida", "en": "answer lost"},
    "step.dup_risk": {"pt-BR": "repetida sem certeza", "en": "repeated without certainty"},
    "step.parked": {"pt-BR": "estacionada", "en": "parked"},
    "step.redriven": {"pt-BR": "devolvida à fila", "en": "redriven"},
    "step.released": {"pt-BR": "liberada: o cliente escreveu", "en": "let go: the customer wrote"},
    "step.replaced": {"pt-BR": "texto trocado pelo operador", "en": "text replaced by the operator"},
    "step.cancelled": {"pt-BR": "cancelada pelo operador", "en": "cancelled by the operator"},
    "step.hold": {"pt-BR": "janela fechada: espera o cliente", "en": "window shut: waits for the customer"},
    "step.stop_holding": {"pt-BR": "não espera mais o cliente", "en": "waits for the customer no more"},
    "step.template": {"pt-BR": "modelo enviado", "en": "template sent"},
    "step.notice_held": {"pt-BR": "aviso ao operador: em espera", "en": "operator told: held"},
    "step.notice_late": {"pt-BR": "aviso ao operador: edição tardia", "en": "operator told: edit too late"},
    "step.quote": {"pt-BR": "mensagem citada procurada", "en": "quoted message looked up"},
    "step.let_go": {"pt-BR": "respostas em espera liberadas", "en": "held replies let go"},
    "step.change": {"pt-BR": "alteração aplicada", "en": "change made"},
    "step.dropped": {"pt-BR": "descartada", "en": "dropped"},
    "step.skipped": {"pt-BR": "nada a fazer", "en": "nothing to do"},
    "step.completed": {"pt-BR": "concluída", "en": "completed"},
    "step.find_contact": {"pt-BR": "contato procurado no CRM", "en": "contact looked up"},
    "step.add_phone": {"pt-BR": "número novo no contato do CRM", "en": "new number at the CRM contact"},
    "step.add_contact": {"pt-BR": "contato criado no CRM", "en": "contact added"},
    "step.send": {"pt-BR": "entregue ao outro lado", "en": "handed over"},
    "step.notice": {"pt-BR": "aviso ao operador", "en": "operator told"},
    "step.notice_files": {"pt-BR": "aviso ao operador: arquivos", "en": "operator told: files"},
    "step.sent": {"pt-BR": "enviada", "en": "sent"},
    "step.delivered": {"pt-BR": "no celular do cliente", "en": "on the customer's phone"},
    "step.read": {"pt-BR": "lida", "en": "read"},
    "step.played": {"pt-BR": "ouvida", "en": "played"},
    "step.failed": {"pt-BR": "não entregue", "en": "not delivered"},
    # -- accounts
    "accounts.none": {"pt-BR": "A Meta ainda não avisou nada.", "en": "Meta has not told anything yet."},
    "accounts.attention": {"pt-BR": "exige atenção", "en": "needs attention"},
    "accounts.fine": {"pt-BR": "informativo", "en": "for information"},
    # -- numbers and portals
    "numbers.none": {
        "pt-BR": "Nenhum número cadastrado. Cadastre com: ponte numbers put",
        "en": "No number on the list. Add one with: ponte numbers put",
    },
    "numbers.free": {"pt-BR": "livre", "en": "free"},
    "numbers.bad_id": {
        "pt-BR": "{name} precisa ser o id numérico que a Meta mostra.",
        "en": "{name} must be the numeric id that Meta shows.",
    },
    "numbers.bad_phone": {
        "pt-BR": "O telefone precisa estar no formato internacional, por exemplo +55 11 3030-4040.",
        "en": "The phone must be in international form, for example +55 11 3030-4040.",
    },
    "numbers.confirm_new": {
        "pt-BR": "Cadastrar o número {id} ({phone})? Ele fica livre até um canal aberto o escolher.",
        "en": "Add the number {id} ({phone})? It stays free until an open line takes it.",
    },
    "numbers.confirm_change": {
        "pt-BR": "O número {id} já está cadastrado. Trocar a conta e o telefone para {phone}? O canal dele não muda.",
        "en": "The number {id} is on the list already. Change its account and phone to {phone}? Its line stays.",
    },
    "numbers.saved": {"pt-BR": "Número {id} gravado.", "en": "Number {id} is stored."},
    "templates.none": {
        "pt-BR": "Nenhum modelo no catálogo. Leia-o com: ponte templates refresh",
        "en": "No template in the catalogue. Read it with: ponte templates refresh",
    },
    "templates.name_or_off": {"pt-BR": "Diga --name ou --off.", "en": "Say --name or --off."},
    "templates.bad_name": {
        "pt-BR": "Nome (letras minúsculas, números e _) ou idioma (pt_BR) fora do formato da Meta.",
        "en": "The name (lower-case letters, digits, _) or the language (pt_BR) is not of Meta's form.",
    },
    "templates.no_number": {
        "pt-BR": "Esse número não está cadastrado. Veja: ponte numbers list",
        "en": "That number is not on the list. See: ponte numbers list",
    },
    "templates.unfit": {"pt-BR": "Nada foi gravado: {why}", "en": "Nothing was stored: {why}"},
    "templates.refused": {"pt-BR": "Conta {waba}: {why}", "en": "Account {waba}: {why}"},
    "templates.confirm_set": {
        "pt-BR": "Enviar o modelo {name} ({language}), que é pago, sempre que um operador do número {id} escrever com a janela fechada?",
        "en": "Send the template {name} ({language}), which is paid for, whenever an operator of number {id} writes into a shut window?",
    },
    "templates.confirm_off": {
        "pt-BR": "Deixar de enviar um modelo sozinho no número {id}? As respostas em janela fechada ficarão estacionadas.",
        "en": "Send no template by itself on number {id} any more? Replies into a shut window will be parked.",
    },
    "templates.saved": {
        "pt-BR": "Número {id} gravado. Vale em até um minuto.",
        "en": "Number {id} is stored. It takes effect within a minute.",
    },
    "column.template": {"pt-BR": "modelo", "en": "template"},
    "column.category": {"pt-BR": "categoria", "en": "category"},
    "column.read_at": {"pt-BR": "lido em (UTC)", "en": "read at (UTC)"},
    "column.opens": {"pt-BR": "abre a janela de", "en": "opens windows of"},
    "portals.none": {
        "pt-BR": "Nenhum portal instalado. Instale o aplicativo no Bitrix24.",
        "en": "No portal is installed. Install the app in Bitrix24.",
    },
    "portal_status.active": {"pt-BR": "ativo", "en": "active"},
    "portal_status.reauth": {"pt-BR": "precisa ser reinstalado", "en": "must be installed again"},
    "portal_status.disabled": {"pt-BR": "removido", "en": "removed"},
}
