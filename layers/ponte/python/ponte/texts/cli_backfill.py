"""What `ponte backfill`, `ponte offices verify` and `ponte heal` say of an office's people. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "backfill.busy": {
        "pt-BR": "Outra carga deste escritório está em curso, ou foi interrompida há menos de um minuto.",
        "en": "Another backfill of this office is under way, or was killed less than a minute ago.",
    },
    "backfill.no_chatwoot": {
        "pt-BR": "O escritório ainda não tem Chatwoot. Rode: ponte offices reload",
        "en": "The office has no Chatwoot yet. Run: ponte offices reload",
    },
    "backfill.resumed": {
        "pt-BR": "Continua de onde parou, em {done}. Para recomeçar: --restart",
        "en": "Goes on where it stopped, at {done}. To begin anew: --restart",
    },
    "backfill.progress": {
        "pt-BR": "{stage}: {done} de cerca de {total} ({percent} %), {rate} por segundo, faltam {left}",
        "en": "{stage}: {done} of about {total} ({percent} %), {rate} a second, {left} left",
    },
    "backfill.stage.cliente": {"pt-BR": "clientes", "en": "clients"},
    "backfill.stage.parte_contraria": {"pt-BR": "partes contrárias", "en": "other parties"},
    "backfill.stage.terceiro": {"pt-BR": "terceiros", "en": "third parties"},
    "backfill.stage.chatwoot": {"pt-BR": "contatos do Chatwoot", "en": "contacts of Chatwoot"},
    "backfill.stage.end": {"pt-BR": "fim", "en": "end"},
    "backfill.done": {
        "pt-BR": "Pronto: {done} conferidos, {queued} postos na fila, {unreadable} ilegíveis. A fila termina o resto.",
        "en": "Done: {done} looked at, {queued} put on the queue, {unreadable} unreadable. The queue does the rest.",
    },
    "backfill.stopped": {
        "pt-BR": "Parou em {done} ({why}); {queued} já na fila. O mesmo comando continua daí.",
        "en": "Stopped at {done} ({why}); {queued} queued so far. The same command goes on from there.",
    },
    "backfill.stopped_dry": {"pt-BR": "Parou antes do fim: {why}", "en": "Stopped before the end: {why}"},
    "backfill.dry_run": {
        "pt-BR": "Simulação: {looked} conferidos; nada foi posto na fila nem gravado.",
        "en": "Dry run: {looked} looked at; nothing was queued or written.",
    },
    "backfill.what.create": {"pt-BR": "criar o contato", "en": "make the contact"},
    "backfill.what.link": {"pt-BR": "vincular o contato que já existe", "en": "link the contact that is there"},
    "backfill.what.write_contact": {"pt-BR": "mudar no Chatwoot", "en": "change in Chatwoot"},
    "backfill.what.write_person": {"pt-BR": "mudar no Zattar", "en": "change in Zattar"},
    "backfill.what.contact_gone": {
        "pt-BR": "o contato sumiu: procurar, ou marcar como apagado",
        "en": "the contact is gone: look for it, or note it as deleted",
    },
    "backfill.what.person_gone": {"pt-BR": "a pessoa sumiu: desfazer o vínculo", "en": "the person is gone: unlink"},
    "offices.field.attributes": {"pt-BR": "atributos", "en": "attributes"},
    "verify.fine": {"pt-BR": "Todos os vínculos estão em ordem.", "en": "All links are in order."},
    "verify.contact_unclaimed": {
        "pt-BR": "o contato não aponta de volta: outra pessoa poderia ser vinculada a ele",
        "en": "the contact does not point back: another person could be linked with it",
    },
    "verify.contact_twice": {
        "pt-BR": "o contato pertence a outra pessoa",
        "en": "the contact belongs to another person",
    },
    "verify.claim_orphaned": {
        "pt-BR": "o contato aponta para uma pessoa sem esse vínculo",
        "en": "the contact points to a person without such a link",
    },
    "verify.unlisted": {
        "pt-BR": "o vínculo não está na lista: a conferência periódica não o acha",
        "en": "the link is not listed: healing does not find it",
    },
    "verify.other_account": {
        "pt-BR": "o contato é de outra conta do Chatwoot",
        "en": "the contact is of another account of Chatwoot",
    },
    "verify.person_gone": {"pt-BR": "a pessoa não está mais no Zattar", "en": "the person is not in Zattar any more"},
    "verify.contact_gone": {
        "pt-BR": "o contato não está mais no Chatwoot",
        "en": "the contact is not in Chatwoot any more",
    },
    "verify.identifier_elsewhere": {
        "pt-BR": "outro contato tem o identificador desta pessoa",
        "en": "another contact has this person's identifier",
    },
    "verify.identifier_twice": {
        "pt-BR": "vários contatos têm o identificador desta pessoa",
        "en": "several contacts have this person's identifier",
    },
    "verify.unchecked": {"pt-BR": "um dos lados não respondeu", "en": "a side did not answer"},
    "heal.people": {
        "pt-BR": "Pessoas de {offices} escritórios: {rows} linhas do Zattar, {links} vínculos e {contacts} contatos lidos.",
        "en": "People of {offices} offices: {rows} rows of Zattar, {links} links and {contacts} contacts read.",
    },
    "heal.people.unlinked": {"pt-BR": "pessoas sem contato", "en": "people without a contact"},
    "heal.people.row_changed": {"pt-BR": "mudadas no Zattar sem aviso", "en": "changed in Zattar unheard"},
    "heal.people.contact_changed": {"pt-BR": "mudadas no Chatwoot sem aviso", "en": "changed in Chatwoot unheard"},
    "heal.people.lagging": {"pt-BR": "com um lado atrasado", "en": "with a side that lags behind"},
    "heal.people.person_gone": {"pt-BR": "apagadas no Zattar", "en": "deleted in Zattar"},
    "heal.people.contact_gone": {
        "pt-BR": "com o contato apagado ou mesclado",
        "en": "whose contact was deleted or merged",
    },
    "heal.people.young": {"pt-BR": "mudadas agora mesmo", "en": "changed just now"},
    "heal.people.waiting": {"pt-BR": "que já estão na fila", "en": "queued already"},
    "heal.people.known": {"pt-BR": "já conferidas sem resultado", "en": "looked at before, to no avail"},
    "heal.people.unreadable": {"pt-BR": "linhas ilegíveis", "en": "unreadable rows"},
    "heal.people.sent_on": {"pt-BR": "postas na fila agora", "en": "put on the queue now"},
    "heal.people.stop.time": {
        "pt-BR": "{tenant}: o tempo acabou; a próxima vez continua daqui.",
        "en": "{tenant}: the time was over; the next run goes on from here.",
    },
    "heal.people.stop.full": {
        "pt-BR": "{tenant}: a fila recebeu o bastante por agora; a próxima vez continua daqui.",
        "en": "{tenant}: the queue got enough for now; the next run goes on from here.",
    },
    "heal.people.stop.more": {
        "pt-BR": "{tenant}: mudaram mais linhas do que cabem numa vez; a próxima vez continua daqui.",
        "en": "{tenant}: more rows changed than one run reads; the next run goes on from here.",
    },
    "heal.people.stop.rate": {
        "pt-BR": "{tenant}: o limite do Chatwoot ficou para os eventos do momento; a próxima vez continua daqui.",
        "en": "{tenant}: Chatwoot's rate was left to live events; the next run goes on from here.",
    },
    "heal.people.stop.other": {
        "pt-BR": "{tenant}: um dos lados não atendeu ({why}); a próxima vez continua daqui.",
        "en": "{tenant}: a side did not serve us ({why}); the next run goes on from here.",
    },
    "column.before": {"pt-BR": "antes", "en": "before"},
    "column.after": {"pt-BR": "depois", "en": "after"},
    "column.problem": {"pt-BR": "problema", "en": "problem"},
    "column.contact": {"pt-BR": "contato", "en": "contact"},
    "column.detail": {"pt-BR": "detalhe", "en": "detail"},
}
