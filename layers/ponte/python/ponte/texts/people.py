"""What `ponte people` says. Key -> language -> sentence."""

TEXTS: dict[str, dict[str, str]] = {
    "people.no_conflicts": {
        "pt-BR": "Nenhum conflito de endereços em aberto.",
        "en": "No open clash of addresses.",
    },
    "people.no_suggestions": {
        "pt-BR": "Nenhuma união sugerida.",
        "en": "No merge is suggested.",
    },
    "people.no_merges": {"pt-BR": "Nenhuma união feita.", "en": "No merge was made."},
    "people.kind.alias": {
        "pt-BR": "Uma mensagem trouxe endereços de pessoas diferentes.",
        "en": "One message carried addresses of different people.",
    },
    "people.kind.card": {
        "pt-BR": "Alguém informou como seu o telefone de outra pessoa.",
        "en": "Somebody gave another person's phone as their own.",
    },
    "people.kind.phone_moved": {
        "pt-BR": "Um telefone apareceu com outro identificador do WhatsApp: novo dono ou conta nova.",
        "en": "A phone is seen with another WhatsApp id: a new owner, or a new account.",
    },
    "people.grade.strong": {"pt-BR": "provável", "en": "likely"},
    "people.grade.weak": {"pt-BR": "pouco provável", "en": "unlikely"},
    "people.alias.bsuid": {"pt-BR": "id do WhatsApp", "en": "WhatsApp id"},
    "people.alias.parent": {"pt-BR": "id do grupo de empresas", "en": "id of linked businesses"},
    "people.alias.phone": {"pt-BR": "telefone", "en": "phone"},
    "people.survivor": {
        "pt-BR": "Fica: {id}, conhecida há mais tempo. As mensagens das duas seguem no chat dela.",
        "en": "Stays: {id}, known for longer. Messages of both go on in this person's chat.",
    },
    "people.chosen_survivor": {
        "pt-BR": "Fica: {id}. As mensagens das duas seguem no chat dela.",
        "en": "Stays: {id}. Messages of both go on in this person's chat.",
    },
    "people.absorbed": {
        "pt-BR": "Une-se a ela: {id}. O chat antigo continua: o que o operador escrever lá ainda chega ao cliente.",
        "en": "Goes into it: {id}. The old chat stays: what an operator writes there still reaches the customer.",
    },
    "people.role.going_on": {"pt-BR": "segue", "en": "goes on"},
    "people.role.staying": {"pt-BR": "só respostas", "en": "answers only"},
    "people.no_chat": {"pt-BR": "ainda sem chat", "en": "no chat yet"},
    "people.crm_stays": {
        "pt-BR": "No Bitrix24 nada muda: se houver dois contatos no CRM, una-os lá.",
        "en": "Nothing changes in Bitrix24: if there are two CRM contacts, merge them there.",
    },
    "people.confirm_merge": {
        "pt-BR": "Unir as duas? Dá para desfazer com: ponte people undo",
        "en": "Merge the two? It can be taken back with: ponte people undo",
    },
    "people.confirm_undo": {
        "pt-BR": "Desfazer a união {id}? Cada uma volta a ser quem era, com os chats de antes.",
        "en": "Undo the merge {id}? Both are who they were again, with the chats they had.",
    },
    "people.confirm_apart": {
        "pt-BR": "Fechar o conflito {id}: são pessoas diferentes? Ele não será mais listado.",
        "en": "Close the clash {id}: are they different people? It will not be listed again.",
    },
    "people.merged": {
        "pt-BR": "Unidas. Para desfazer: ponte people undo {id}",
        "en": "Merged. To take it back: ponte people undo {id}",
    },
    "people.undone": {"pt-BR": "União {id} desfeita.", "en": "The merge {id} is undone."},
    "people.apart": {
        "pt-BR": "Conflito {id} fechado: pessoas diferentes.",
        "en": "Clash {id} closed: different people.",
    },
    "people.state.done": {"pt-BR": "feita", "en": "done"},
    "people.state.undone": {"pt-BR": "desfeita", "en": "undone"},
    "people.refused.not_found": {
        "pt-BR": "Não há (mais) um caso em aberto, uma união ou uma pessoa com este id.",
        "en": "There is no open case, merge or person with this id (any more).",
    },
    "people.refused.same": {"pt-BR": "As duas já são uma só pessoa.", "en": "The two are one person already."},
    "people.refused.undone": {
        "pt-BR": "Esta união já foi desfeita.",
        "en": "This merge was undone before.",
    },
    "people.refused.too_many": {
        "pt-BR": "Seriam pessoas demais em uma só: confira se não há um engano.",
        "en": "Too many people would become one: check whether there is a mistake.",
    },
    "people.refused.contended": {
        "pt-BR": "Outros mudaram as mesmas pessoas ao mesmo tempo. Tente de novo.",
        "en": "Others changed the same people at the same time. Try again.",
    },
    "people.merge_usage": {
        "pt-BR": "Diga o id de um conflito, ou os de duas pessoas (a que fica primeiro).",
        "en": "Give the id of a clash, or those of two people (the one who stays first).",
    },
    "people.keep_usage": {
        "pt-BR": "--keep precisa ser uma das duas pessoas do conflito.",
        "en": "--keep must be one of the two people of the clash.",
    },
    "column.people": {"pt-BR": "pessoas", "en": "people"},
    "column.likely": {"pt-BR": "uma só?", "en": "one person?"},
    "column.kind": {"pt-BR": "tipo", "en": "kind"},
    "column.value": {"pt-BR": "valor", "en": "value"},
    "column.chat": {"pt-BR": "chat", "en": "chat"},
    "column.name": {"pt-BR": "nome", "en": "name"},
    "column.by": {"pt-BR": "por", "en": "by"},
    "column.events": {"pt-BR": "eventos", "en": "events"},
}
