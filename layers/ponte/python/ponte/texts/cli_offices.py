"""What `ponte offices` says. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "offices.none": {
        "pt-BR": "Nenhum escritório. Cadastre: ponte offices put",
        "en": "There is no office. Add one: ponte offices put",
    },
    "offices.unknown": {
        "pt-BR": "Não há escritório {tenant}. Veja: ponte offices list",
        "en": "There is no office {tenant}. See: ponte offices list",
    },
    "offices.bad_tenant": {
        "pt-BR": "O nome curto tem letras minúsculas, dígitos e hífens, até 40: silva-advogados",
        "en": "The short name has lower-case letters, digits and hyphens, up to 40: silva-advogados",
    },
    "offices.bad_host": {
        "pt-BR": "--zattar é o endereço do projeto no Supabase: abcdefghijkl.supabase.co",
        "en": "--zattar is the Supabase project's address: abcdefghijkl.supabase.co",
    },
    "offices.no_key": {
        "pt-BR": "Falta a chave secreta do projeto na variável {name} (sb_secret_... ou service_role).",
        "en": "The project's secret key is missing in the variable {name} (sb_secret_... or service_role).",
    },
    "offices.confirm_new": {
        "pt-BR": "Cadastrar o escritório {tenant} com o Zattar em {host}?",
        "en": "Add the office {tenant} with its Zattar at {host}?",
    },
    "offices.confirm_change": {
        "pt-BR": "Mudar o escritório {tenant} (Zattar em {host})?",
        "en": "Change the office {tenant} (Zattar at {host})?",
    },
    "offices.saved": {
        "pt-BR": "Guardado. Agora: ponte offices reload {tenant}; ponte offices sql {tenant}; ponte offices subscribe {tenant}",
        "en": "Saved. Now: ponte offices reload {tenant}; ponte offices sql {tenant}; ponte offices subscribe {tenant}",
    },
    "offices.reload.changed": {"pt-BR": "Integração lida; mudou.", "en": "Integration read; it changed."},
    "offices.reload.unchanged": {
        "pt-BR": "Integração lida; é a mesma.",
        "en": "Integration read; it is the same.",
    },
    "offices.reload.none": {
        "pt-BR": "O Zattar não tem integração ativa com o Chatwoot. Ative-a nas configurações do Zattar.",
        "en": "Zattar has no active integration with Chatwoot. Switch it on in Zattar's settings.",
    },
    "offices.reload.fallback": {
        "pt-BR": "O Zattar não tem integração ativa; vale o que foi dado por ponte offices fallback.",
        "en": "Zattar has no active integration; what ponte offices fallback gave is used.",
    },
    "offices.confirm_fallback": {
        "pt-BR": "Usar o Chatwoot em {url} para {tenant} enquanto o Zattar não tem integração ativa?",
        "en": "Use the Chatwoot at {url} for {tenant} as long as Zattar has no active integration?",
    },
    "offices.fallback.fallback": {
        "pt-BR": "Guardado; vale até que o Zattar tenha uma integração ativa.",
        "en": "Saved; used until Zattar has an active integration.",
    },
    "offices.fallback.superseded": {
        "pt-BR": "O Zattar tem uma integração ativa, e é ela que vale. Nada mudou.",
        "en": "Zattar has an active integration, which is the one that counts. Nothing was changed.",
    },
    "offices.fallback.incomplete": {"pt-BR": "Falta ou está errado: {lacks}", "en": "Missing or wrong: {lacks}"},
    "offices.fallback.no_office": {"pt-BR": "Não há esse escritório.", "en": "There is no such office."},
    "offices.reload.incomplete": {
        "pt-BR": "À integração falta ou está errado: {lacks}. Corrija-a no Zattar.",
        "en": "The integration lacks or has wrong: {lacks}. Mend it in Zattar.",
    },
    "offices.reload.unreachable": {
        "pt-BR": "O Zattar não respondeu como esperado ({lacks}). Experimente: ponte offices test",
        "en": "Zattar did not answer as expected ({lacks}). Try: ponte offices test",
    },
    "offices.reload.no_office": {"pt-BR": "Não há esse escritório.", "en": "There is no such office."},
    "offices.zattar_ok": {"pt-BR": "Zattar: responde, {count} clientes.", "en": "Zattar: answers, {count} clients."},
    "offices.zattar_bad": {"pt-BR": "Zattar: {why}", "en": "Zattar: {why}"},
    "offices.chatwoot_ok": {
        "pt-BR": "Chatwoot: responde; a chave é de {role}.",
        "en": "Chatwoot: answers; the key is one of an {role}.",
    },
    "offices.chatwoot_bad": {"pt-BR": "Chatwoot: {why}", "en": "Chatwoot: {why}"},
    "offices.confirm_subscribe": {
        "pt-BR": "Criar no Chatwoot um webhook para {url}?",
        "en": "Create a webhook in Chatwoot for {url}?",
    },
    "offices.subscribed": {
        "pt-BR": "O Chatwoot avisa e assina em {url}",
        "en": "Chatwoot posts, signed, to {url}",
    },
    "offices.subscribed_unsigned": {
        "pt-BR": "O Chatwoot criou o webhook, mas esta versão não assina: os avisos serão recusados. Atualize para 4.11.2 ou mais.",
        "en": "Chatwoot made the webhook, but this release signs nothing: its posts will be refused. Update to 4.11.2 or later.",
    },
    "offices.queued": {
        "pt-BR": 'Na fila. Acompanhe: ponte trace "{id}"',
        "en": 'Queued. Follow it: ponte trace "{id}"',
    },
    "offices.no_conflicts": {"pt-BR": "Nenhum conflito.", "en": "No conflicts."},
    "offices.field.name": {"pt-BR": "nome", "en": "name"},
    "offices.field.email": {"pt-BR": "e-mail", "en": "e-mail"},
    "offices.field.phone": {"pt-BR": "telefone", "en": "phone"},
    "offices.kind.put_back": {"pt-BR": "mudado no Chatwoot, reposto", "en": "changed in Chatwoot, put back"},
    "offices.kind.both_changed": {"pt-BR": "mudado nos dois; vale o Zattar", "en": "changed on both; Zattar's stands"},
    "offices.kind.cannot_hold": {"pt-BR": "o Zattar não guarda este valor", "en": "Zattar has no place for it"},
    "offices.kind.taken": {"pt-BR": "outro contato já o tem", "en": "another contact has it"},
    "integrations.none": {
        "pt-BR": "A tabela integracoes do Zattar está vazia.",
        "en": "Zattar's table integracoes is empty.",
    },
    "integrations.bad_setting": {
        "pt-BR": "--set pede chave=valor: account_id=7. Segredos não vão na linha de comando: --api-key lê CHATWOOT_API_KEY.",
        "en": "--set takes key=value: account_id=7. Secrets do not go on the command line: --api-key reads CHATWOOT_API_KEY.",
    },
    "integrations.no_key": {
        "pt-BR": "A variável CHATWOOT_API_KEY está vazia.",
        "en": "The variable CHATWOOT_API_KEY is empty.",
    },
    "integrations.confirm": {
        "pt-BR": "Mudar a integração {id} de {tenant} na tabela do Zattar?",
        "en": "Change the integration {id} of {tenant} in Zattar's table?",
    },
    "integrations.saved": {"pt-BR": "Guardada e em vigor.", "en": "Saved and in force."},
    "integrations.ok": {"pt-BR": "Responde; a chave é de {role}.", "en": "Answers; the key is one of an {role}."},
    "column.integration": {"pt-BR": "integração", "en": "integration"},
    "column.settings": {"pt-BR": "configuração", "en": "settings"},
    "column.in_use": {"pt-BR": "em uso", "en": "in use"},
    "column.tenant": {"pt-BR": "escritório", "en": "office"},
    "column.zattar": {"pt-BR": "Zattar", "en": "Zattar"},
    "column.chatwoot": {"pt-BR": "Chatwoot / conta", "en": "Chatwoot / account"},
    "column.person": {"pt-BR": "pessoa", "en": "person"},
    "column.field": {"pt-BR": "campo", "en": "field"},
    "column.kept": {"pt-BR": "ficou", "en": "kept"},
    "column.lost": {"pt-BR": "não ficou", "en": "lost"},
}
