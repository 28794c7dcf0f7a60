"""What `ponte doctor` looks at ("doctor.<check>") and what to do about a problem. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "doctor.summary.healthy": {
        "pt-BR": "Nenhum problema encontrado em {count} verificações ({unchecked} não puderam ser feitas).",
        "en": "No problem found in {count} checks ({unchecked} could not be made).",
    },
    "doctor.summary.problems": {
        "pt-BR": "{problems} problema(s) em {count} verificações. Resolva de cima para baixo e rode de novo: ponte doctor",
        "en": "{problems} problem(s) in {count} checks. Mend them from top to bottom, then run again: ponte doctor",
    },
    "doctor.no_answer": {
        "pt-BR": "Sem resposta utilizável ({code}). Tente de novo em alguns minutos.",
        "en": "No usable answer ({code}). Try again in some minutes.",
    },
    "doctor.not_asked": {
        "pt-BR": "Não foi possível perguntar ({code}); resolva antes os problemas acima.",
        "en": "Could not be asked ({code}); mend the problems above first.",
    },
    "doctor.not_measured": {
        "pt-BR": "O sandbox não conta métricas; só uma pilha implantada responde a isto.",
        "en": "A sandbox counts no metrics; only a deployed stack can tell.",
    },
    # -- the stack
    "doctor.stack.resources": {"pt-BR": "Recursos da pilha", "en": "Resources of the stack"},
    "doctor.stack.resources.ok": {"pt-BR": "{count} respondem", "en": "{count} answer"},
    "doctor.stack.resources.down": {
        "pt-BR": "Não respondem: {what}. Confira --stack e --region; se a pilha estiver incompleta, rode: sam deploy",
        "en": "No answer from: {what}. Check --stack and --region; if the stack is incomplete, run: sam deploy",
    },
    "doctor.stack.resources.denied": {
        "pt-BR": "A sua credencial da AWS não tem acesso a: {what}. Use um perfil com permissão (AWS_PROFILE).",
        "en": "Your AWS credential has no access to: {what}. Use a profile that has (AWS_PROFILE).",
    },
    "doctor.stack.app_secret": {"pt-BR": "Segredos dos aplicativos", "en": "Secrets of the apps"},
    "doctor.stack.app_secret.shape": {
        "pt-BR": 'O segredo não é o JSON esperado. No Secrets Manager, use {{"meta": {{app_secrets, verify_tokens, access_token}}, "bitrix24": {{client_id, client_secret}}}}.',
        "en": 'The secret is not the expected JSON. In Secrets Manager, write {{"meta": {{app_secrets, verify_tokens, access_token}}, "bitrix24": {{client_id, client_secret}}}}.',
    },
    "doctor.stack.app_secret.unreadable": {
        "pt-BR": "O segredo não pôde ser lido ({code}). Confira a permissão secretsmanager:GetSecretValue da sua credencial.",
        "en": "The secret could not be read ({code}). Check your credential's permission secretsmanager:GetSecretValue.",
    },
    "doctor.stack.app_secret.missing": {
        "pt-BR": "Faltam partes do segredo: {what}. Implante de novo com os parâmetros preenchidos ou edite no Secrets Manager.",
        "en": "Parts of the secret are missing: {what}. Deploy again with these parameters, or edit it in Secrets Manager.",
    },
    "doctor.stack.app_secret.blanks": {
        "pt-BR": "Há espaços ou quebras de linha, em geral vindos de uma cópia, em: {what}. Edite no Secrets Manager.",
        "en": "There are blanks or line breaks, as copying leaves them, in: {what}. Edit it in Secrets Manager.",
    },
    # -- Meta
    "doctor.meta.numbers": {"pt-BR": "Números cadastrados", "en": "Numbers on our list"},
    "doctor.meta.numbers.ok": {"pt-BR": "{count}", "en": "{count}"},
    "doctor.meta.no_number": {
        "pt-BR": "Nenhum número do WhatsApp cadastrado. Cadastre com: ponte numbers put",
        "en": "No WhatsApp number on the list. Add one with: ponte numbers put",
    },
    "doctor.meta.token": {"pt-BR": "Token de acesso da Meta", "en": "Meta's access token"},
    "doctor.meta.token.invalid": {
        "pt-BR": "A Meta não aceita o token ({code}). Gere outro no Gerenciador de Negócios (usuário do sistema, sem expiração) e grave-o em meta.access_token do segredo.",
        "en": "Meta does not accept the token ({code}). Make a new one in Business Manager (system user, no expiry) and store it as meta.access_token of the secret.",
    },
    "doctor.meta.token.permission": {
        "pt-BR": "Falta permissão ao token ({code}). Ele precisa de whatsapp_business_messaging e whatsapp_business_management e de acesso à conta do WhatsApp.",
        "en": "The token lacks a permission ({code}). It needs whatsapp_business_messaging, whatsapp_business_management and access to the WhatsApp account.",
    },
    "doctor.meta.number": {"pt-BR": "Número no WhatsApp", "en": "Number on WhatsApp"},
    "doctor.meta.number.ok": {"pt-BR": "conectado, qualidade {quality}", "en": "connected, quality {quality}"},
    "doctor.meta.number.token": {
        "pt-BR": "Depende do token de acesso da Meta, que foi recusado.",
        "en": "Depends on Meta's access token, which was refused.",
    },
    "doctor.meta.number.unseen": {
        "pt-BR": "O token não enxerga este phone_number_id. Confira o número (ponte numbers put) e dê ao usuário do sistema acesso à conta do WhatsApp.",
        "en": "The token does not see this phone_number_id. Check the number (ponte numbers put) and give the system user access to the WhatsApp account.",
    },
    "doctor.meta.number.unregistered": {
        "pt-BR": "O número não está na Cloud API ({platform}). Registre-o no Gerenciador do WhatsApp.",
        "en": "The number is not on the Cloud API ({platform}). Register it in WhatsApp Manager.",
    },
    "doctor.meta.number.status": {
        "pt-BR": "O número está {status} na Meta, não CONNECTED. Resolva a pendência no Gerenciador do WhatsApp.",
        "en": "Meta shows the number as {status}, not CONNECTED. Settle it in WhatsApp Manager.",
    },
    "doctor.meta.number.quality": {
        "pt-BR": "Qualidade RED: clientes bloqueiam ou denunciam; a Meta pode reduzir o limite. Reveja os modelos e os envios.",
        "en": "Quality RED: customers block or report; Meta may lower the limit. Review templates and sends.",
    },
    "doctor.meta.account_unseen": {
        "pt-BR": "O token não enxerga esta conta do WhatsApp (WABA). Confira o waba_id (ponte numbers put) e o acesso do usuário do sistema.",
        "en": "The token does not see this WhatsApp account (WABA). Check waba_id (ponte numbers put) and the system user's access.",
    },
    "doctor.meta.subscription": {"pt-BR": "Webhook assinado na Meta", "en": "Webhook subscribed at Meta"},
    "doctor.meta.subscription.missing": {
        "pt-BR": "Nenhum aplicativo assina esta conta: nenhuma mensagem chega. Faça POST /{waba_id}/subscribed_apps na Graph API, com o mesmo token.",
        "en": "No app is subscribed to this account: no message arrives. POST /{waba_id}/subscribed_apps to the Graph API with the same token.",
    },
    "doctor.meta.verification": {"pt-BR": "Verificação do webhook", "en": "Verification of the webhook"},
    "doctor.meta.verification.unreachable": {
        "pt-BR": "{url} não respondeu ({code}). Confira o domínio, o certificado e se a pilha está implantada.",
        "en": "{url} did not answer ({code}). Check domain, certificate, and that the stack is deployed.",
    },
    "doctor.meta.verification.refused": {
        "pt-BR": "O webhook recusa o verify token do segredo. Se o segredo mudou há menos de dez minutos, espere; senão, implante de novo.",
        "en": "The webhook refuses the secret's verify token. If the secret changed less than ten minutes ago, wait; else deploy again.",
    },
    "doctor.meta.verification.missing": {
        "pt-BR": "{url} não existe (404). Confira PublicBaseUrl e o caminho no seu domínio; depois implante de novo.",
        "en": "{url} does not exist (404). Check PublicBaseUrl and the path on your domain, then deploy again.",
    },
    "doctor.meta.verification.broken": {
        "pt-BR": "O webhook respondeu {status}. Veja os logs da função meta_webhook.",
        "en": "The webhook answered {status}. See the logs of the function meta_webhook.",
    },
    "doctor.meta.verification.altered": {
        "pt-BR": "{url} não devolve o desafio como texto puro: algo no caminho (CDN, proxy, outro servidor) altera a resposta.",
        "en": "{url} does not return the challenge as plain text: something in between (CDN, proxy, another server) alters it.",
    },
    "doctor.meta.verification.open": {
        "pt-BR": "O webhook aceitou um verify token errado ({status}). O endereço não é o do Ponte ou um proxy responde por ele.",
        "en": "The webhook took a wrong verify token ({status}). The address is not Ponte's, or a proxy answers for it.",
    },
    "doctor.meta.signatures": {"pt-BR": "Assinaturas dos webhooks", "en": "Signatures of webhooks"},
    "doctor.meta.signatures.mismatch": {
        "pt-BR": "{count} webhook(s) com assinatura errada na última hora. Compare meta.app_secrets do segredo com a chave secreta do aplicativo na Meta (Configurações, Básico).",
        "en": "{count} webhook(s) with a wrong signature in the last hour. Compare meta.app_secrets of the secret with the app secret at Meta (Settings, Basic).",
    },
    "doctor.meta.templates": {"pt-BR": "Modelos de mensagem", "en": "Message templates"},
    "doctor.meta.templates.ok": {"pt-BR": "{count} modelos", "en": "{count} templates"},
    "doctor.meta.templates.many": {
        "pt-BR": "{count} modelos: sem verificação da empresa na Meta o limite é 250. Verifique a empresa ou apague os que não usa.",
        "en": "{count} templates: the limit is 250 until Meta has verified the business. Verify it, or delete what is not used.",
    },
    "doctor.meta.joined": {"pt-BR": "Número ligado a um canal", "en": "Number joined with a line"},
    "doctor.meta.joined.free": {
        "pt-BR": "Número livre: as mensagens dos clientes ficam estacionadas. No Bitrix24, abra Contact Center, WhatsApp (Ponte), e ligue-o a um canal aberto.",
        "en": "Free number: customers' messages are parked. In Bitrix24, open Contact Center, WhatsApp (Ponte), and connect it to an open line.",
    },
    # -- Bitrix24
    "doctor.portals": {"pt-BR": "Portais Bitrix24", "en": "Bitrix24 portals"},
    "doctor.portals.ok": {"pt-BR": "{count}", "en": "{count}"},
    "doctor.portals.none": {
        "pt-BR": "Nenhum portal instalado. No Bitrix24, crie um aplicativo local com o caminho de instalação {url} e instale-o.",
        "en": "No portal is installed. In Bitrix24, create a local app with the installation path {url} and install it.",
    },
    "doctor.portal.no_token": {
        "pt-BR": "Depende do token deste portal.",
        "en": "Depends on this portal's token.",
    },
    "doctor.portal.token": {"pt-BR": "Token do portal", "en": "Token of the portal"},
    "doctor.portal.token.reauth": {
        "pt-BR": "O Bitrix24 não aceita mais a autorização. Um administrador deve reinstalar o aplicativo no portal.",
        "en": "Bitrix24 no longer accepts the authorisation. An administrator must reinstall the app in the portal.",
    },
    "doctor.portal.token.disabled": {
        "pt-BR": "O aplicativo foi removido do portal, mas canais ainda apontam para ele. Instale-o de novo.",
        "en": "The app was removed from the portal, but lines still point to it. Install it again.",
    },
    "doctor.portal.token.uninstalled": {
        "pt-BR": "O aplicativo foi removido deste portal; nada mais é feito nele.",
        "en": "The app was removed from this portal; nothing is done in it any more.",
    },
    "doctor.portal.token.client": {
        "pt-BR": "O Bitrix24 não aceita client_id/client_secret ({code}). Copie-os do aplicativo para bitrix24 no segredo e reinstale o aplicativo.",
        "en": "Bitrix24 does not accept client_id/client_secret ({code}). Copy them from the app into bitrix24 of the secret, then reinstall the app.",
    },
    "doctor.portal.scopes": {"pt-BR": "Permissões do aplicativo", "en": "Scopes of the app"},
    "doctor.portal.scopes.missing": {
        "pt-BR": "Faltam permissões: {what}. Marque-as no cadastro do aplicativo no Bitrix24 e instale-o de novo.",
        "en": "Scopes are missing: {what}. Tick them where the app is registered in Bitrix24, then install it again.",
    },
    "doctor.portal.installed": {"pt-BR": "Instalação concluída", "en": "Installation finished"},
    "doctor.portal.installed.unfinished": {
        "pt-BR": "A instalação não foi concluída (installFinish): o portal não envia evento nenhum. Abra o aplicativo no Bitrix24 como administrador e espere a página terminar.",
        "en": "The installation was not finished (installFinish): the portal sends no event. Open the app in Bitrix24 as administrator and let the page finish.",
    },
    "doctor.portal.installed.unpaid": {
        "pt-BR": "O período pago do aplicativo acabou: o portal não envia eventos. Renove o plano do Bitrix24.",
        "en": "The app's paid period is over: the portal sends no events. Renew the Bitrix24 plan.",
    },
    "doctor.portal.connector": {"pt-BR": "Conector registrado", "en": "Connector registered"},
    "doctor.portal.connector.missing": {
        "pt-BR": "O conector {connector} não está registrado. Abra o aplicativo no Bitrix24 e instale de novo: o registro é refeito.",
        "en": "The connector {connector} is not registered. Open the app in Bitrix24 and install again: it registers anew.",
    },
    "doctor.portal.events": {"pt-BR": "Eventos ligados", "en": "Events bound"},
    "doctor.portal.events.missing": {
        "pt-BR": "Sem ligação com {url}: {what}. Instale o aplicativo de novo: as ligações são refeitas.",
        "en": "Not bound to {url}: {what}. Install the app again: it binds anew.",
    },
    "doctor.portal.events.foreign": {
        "pt-BR": "Os mesmos eventos vão também a {where}. Se for uma pilha antiga, apague-a; instalar de novo desfaz as ligações dela.",
        "en": "The same events also go to {where}. If that is an old stack, delete it; installing again unbinds them.",
    },
    "doctor.portal.events.elsewhere": {
        "pt-BR": "Vão a {where} em vez de {url}: {what}. O endereço da pilha mudou? Instale o aplicativo de novo.",
        "en": "These go to {where} instead of {url}: {what}. Did the stack's address change? Install the app again.",
    },
    "doctor.portal.line": {"pt-BR": "Canal aberto ativo", "en": "Open line active"},
    "doctor.portal.line.none": {
        "pt-BR": "Nenhum canal aberto configurado. Abra Contact Center, WhatsApp (Ponte), e escolha um canal.",
        "en": "No open line is set up. Open Contact Center, WhatsApp (Ponte), and choose a line.",
    },
    "doctor.portal.line.inactive": {
        "pt-BR": "O conector não está ativo no canal {line}. Abra Contact Center, WhatsApp (Ponte), canal {line}: a página o ativa.",
        "en": "The connector is not active on line {line}. Open Contact Center, WhatsApp (Ponte), line {line}: the page switches it on.",
    },
    "doctor.portal.number": {"pt-BR": "Canal ligado a um número", "en": "Line joined with a number"},
    "doctor.portal.number.unknown": {
        "pt-BR": "O canal aponta para um número não cadastrado ({phone_number_id}). Cadastre-o: ponte numbers put",
        "en": "The line names a number that is not on the list ({phone_number_id}). Add it: ponte numbers put",
    },
    "doctor.portal.number.elsewhere": {
        "pt-BR": "O número {phone_number_id} entrega a outro canal. Abra as configurações do conector neste canal e escolha o número de novo.",
        "en": "The number {phone_number_id} delivers to another line. Open the connector's settings on this line and choose it again.",
    },
    # -- offices
    "doctor.office.offices": {"pt-BR": "Escritórios", "en": "Offices"},
    "doctor.office.offices.ok": {"pt-BR": "{count} escritório(s)", "en": "{count} office(s)"},
    "doctor.office.offices.none": {"pt-BR": "nenhum escritório cadastrado", "en": "no office registered"},
    "doctor.office.secrets": {"pt-BR": "Segredos do escritório", "en": "The office's secrets"},
    "doctor.office.secrets.unreadable": {
        "pt-BR": "Não puderam ser lidos ({code}): falta permissão na chave (saída DataKeyArn), ou ela não é a que os cifrou.",
        "en": "Could not be read ({code}): no right to the key (output DataKeyArn), or it is not the one that encrypted them.",
    },
    "doctor.office.zattar": {"pt-BR": "Webhooks do Zattar", "en": "Zattar's webhooks"},
    "doctor.office.zattar.no_secret": {
        "pt-BR": "Nenhum segredo guardado: todo webhook do banco é recusado. Guarde o segredo com que os gatilhos foram instalados.",
        "en": "No secret is kept: every webhook of the database is refused. Keep the one that its triggers were installed with.",
    },
    "doctor.office.chatwoot": {"pt-BR": "Integração com o Chatwoot", "en": "Integration with Chatwoot"},
    "doctor.office.chatwoot.none": {
        "pt-BR": "Sem integração ativa. Ative no Zattar a linha de integracoes do tipo chatwoot.",
        "en": "No active integration. Activate the row of integracoes of tipo chatwoot in Zattar.",
    },
    "doctor.office.chatwoot.no_secret": {
        "pt-BR": "Nenhum segredo de webhook guardado: tudo o que o Chatwoot envia é recusado. Guarde o segredo da assinatura do webhook.",
        "en": "No webhook secret is kept: all that Chatwoot posts is refused. Keep the secret of its webhook subscription.",
    },
    "doctor.office.refused": {"pt-BR": "Webhooks recusados", "en": "Refused webhooks"},
    "doctor.office.refused.zattar": {
        "pt-BR": "{count} chamada(s) do banco com segredo errado ou escritório desconhecido na última hora. Compare o segredo dos gatilhos com o guardado.",
        "en": "{count} call(s) of a database with a wrong secret or for an unknown office in the last hour. Compare the triggers' secret with the one kept.",
    },
    "doctor.office.refused.chatwoot": {
        "pt-BR": "{count} envio(s) do Chatwoot com assinatura errada ou escritório desconhecido na última hora. Compare o segredo do webhook com o guardado.",
        "en": "{count} post(s) of Chatwoot with a wrong signature or for an unknown office in the last hour. Compare the webhook's secret with the one kept.",
    },
    # -- queues
    "doctor.queue.dead": {"pt-BR": "Fila de mensagens mortas", "en": "Dead-letter queue"},
    "doctor.queue.dead.some": {
        "pt-BR": "{count} mensagem(ns) que derrubaram a função. Corrija a causa (logs) e rode: ponte dlq redrive {name}",
        "en": "{count} message(s) that crashed the function. Mend the cause (logs), then run: ponte dlq redrive {name}",
    },
    # -- circuits
    "doctor.portal.circuit": {"pt-BR": "Portal respondendo", "en": "Portal answering"},
    "doctor.meta.circuit": {"pt-BR": "Envio pelo número", "en": "Sending from the number"},
    "doctor.circuit.open": {
        "pt-BR": "Fora do ar desde {since} UTC ({count} tentativas). As mensagens esperam em ordem e seguem sozinhas; nada a fazer além de ver com o provedor.",
        "en": "Down since {since} UTC ({count} trials). Messages wait in order and go on by themselves; nothing to do but ask the provider.",
    },
    "doctor.parked": {"pt-BR": "Mensagens estacionadas", "en": "Parked messages"},
    "doctor.parked.some": {
        "pt-BR": "{count} mensagem(ns) esperam uma pessoa. Veja o motivo: ponte parked list; depois: ponte parked redrive",
        "en": "{count} message(s) wait for a person. See why: ponte parked list; then: ponte parked redrive",
    },
    "doctor.spill": {"pt-BR": "Mensagens guardadas ao lado da fila", "en": "Entries spilled beside the queue"},
    "doctor.spill.some": {
        "pt-BR": "{count} lote(s) que o SQS recusou. sweep_spill os envia a cada 5 minutos; se o número não cai, veja os logs dela.",
        "en": "{count} batch(es) that SQS refused. sweep_spill sends them every 5 minutes; if the number does not fall, see its logs.",
    },
    "doctor.queue.oldest": {"pt-BR": "Espera na fila", "en": "Wait in the queue"},
    "doctor.queue.oldest.unmeasured": {
        "pt-BR": "{count} na fila; a idade da mais antiga não é medida aqui.",
        "en": "{count} in the queue; the oldest one's age is not measured here.",
    },
    "doctor.queue.oldest.old": {
        "pt-BR": "A mais antiga de {count} espera há {seconds} s. O outro lado está fora do ar, ou a função falha: veja os logs.",
        "en": "The oldest of {count} has waited {seconds} s. The other side is down, or the function fails: see its logs.",
    },
}
