"""Why Zattar's database did not take something: "reason.zattar.<code>" for every code of zattar/errors.py, for people.

{detail} is what the database itself said, in English; it may be "-".
"""


def _schema(what_pt: str, what_en: str) -> dict[str, str]:
    return {
        "pt-BR": f"{what_pt}: o banco do Zattar não está como o Ponte o conhece. Avise quem cuida do Zattar; depois reenvie. ({{detail}})",
        "en": f"{what_en}: Zattar's database is not as Ponte knows it. Tell whoever looks after Zattar, then redrive. ({{detail}})",
    }


_ROTATED = {
    "pt-BR": "O Zattar recusou a chave de acesso, mesmo depois de relida. Confira a chave secreta do Supabase na configuração e reenvie.",
    "en": "Zattar refused the access key even after it was read anew. Check Supabase's secret key in the configuration, then redrive.",
}
_AWAY = {
    "pt-BR": "O banco do Zattar está fora do ar ou sobrecarregado. O Ponte tenta de novo sozinho.",
    "en": "Zattar's database is away or overloaded. Ponte tries again by itself.",
}
_MALFORMED = {
    "pt-BR": "O Zattar não entendeu o pedido do Ponte. Guarde este código e avise quem mantém o Ponte. ({detail})",
    "en": "Zattar did not understand Ponte's request. Keep this code and tell whoever maintains Ponte. ({detail})",
}
_VALUE = {
    "pt-BR": "O Zattar não aceitou um dos valores. Corrija o cadastro e sincronize de novo. ({detail})",
    "en": "Zattar did not accept one of the values. Correct the record and sync again. ({detail})",
}

TEXTS: dict[str, dict[str, str]] = {
    "reason.zattar.default": {
        "pt-BR": "O Zattar recusou o pedido ({code}). {detail}",
        "en": "Zattar refused the request ({code}). {detail}",
    },
    "reason.zattar.23505": {
        "pt-BR": "O Zattar já tem outro registro com este valor (CPF, CNPJ ou contato vinculado). Veja qual dos dois é o certo. ({detail})",
        "en": "Zattar already has another record with this value (CPF, CNPJ or linked contact). See which of the two is right. ({detail})",
    },
    "reason.zattar.23503": {
        "pt-BR": "O registro a que este se refere não existe mais no Zattar. ({detail})",
        "en": "The record that this one refers to no longer exists in Zattar. ({detail})",
    },
    "reason.zattar.23502": {
        "pt-BR": "Falta um campo que o Zattar exige. Complete o cadastro e sincronize de novo. ({detail})",
        "en": "A field that Zattar requires is missing. Complete the record and sync again. ({detail})",
    },
    "reason.zattar.23514": {
        "pt-BR": "Um valor não está entre os que o Zattar permite. ({detail})",
        "en": "A value is not among those that Zattar allows. ({detail})",
    },
    **dict.fromkeys(
        (f"reason.zattar.{code}" for code in ("22p02", "22p05", "22001", "22003", "22007", "22008")), _VALUE
    ),
    **dict.fromkeys((f"reason.zattar.{code}" for code in ("428c9", "21000")), _MALFORMED),
    "reason.zattar.p0001": {
        "pt-BR": "Uma regra do próprio Zattar recusou a mudança. ({detail})",
        "en": "A rule of Zattar's own refused the change. ({detail})",
    },
    "reason.zattar.42501": {
        "pt-BR": "A chave de acesso não tem direitos nesta tabela do Zattar. Use a chave secreta (service_role ou sb_secret), não a pública, e reenvie.",
        "en": "The access key has no rights on this table of Zattar's. Use the secret key (service_role or sb_secret), not the public one, then redrive.",
    },
    "reason.zattar.42p01": _schema("Falta uma tabela", "A table is missing"),
    "reason.zattar.pgrst205": _schema("Falta uma tabela", "A table is missing"),
    "reason.zattar.42703": _schema("Falta uma coluna", "A column is missing"),
    "reason.zattar.pgrst204": _schema("Falta uma coluna", "A column is missing"),
    "reason.zattar.42p10": _schema("Falta uma restrição de unicidade", "A unique constraint is missing"),
    "reason.zattar.42883": _schema("Falta uma função", "A function is missing"),
    "reason.zattar.pgrst202": _schema("Falta uma função", "A function is missing"),
    "reason.zattar.pgrst106": _schema("O esquema public não está exposto", "The schema public is not exposed"),
    "reason.zattar.pgrst200": _schema(
        "Falta a ligação entre pessoas e endereços", "The relation of people and addresses is missing"
    ),
    "reason.zattar.pgrst201": _schema(
        "Há mais de uma ligação entre pessoas e endereços", "People and addresses are related twice"
    ),
    "reason.zattar.pgrst300": _schema("Falta o segredo JWT do servidor", "The server's JWT secret is missing"),
    "reason.zattar.25006": {
        "pt-BR": "O banco do Zattar está só para leitura (disco cheio?). Avise quem cuida do Zattar; depois reenvie.",
        "en": "Zattar's database is read-only (disk full?). Tell whoever looks after Zattar, then redrive.",
    },
    **dict.fromkeys((f"reason.zattar.{code}" for code in ("pgrst301", "pgrst302", "pgrst303", "http_401")), _ROTATED),
    **dict.fromkeys(
        (f"reason.zattar.pgrst{code}" for code in ("100", "101", "102", "107", "108", "122", "124")), _MALFORMED
    ),
    "reason.zattar.pgrst103": {
        "pt-BR": "Não há mais registros: a leitura chegou ao fim.",
        "en": "There are no more records: the reading came to its end.",
    },
    "reason.zattar.pgrst116": {
        "pt-BR": "O Zattar não tem exatamente um registro com este número.",
        "en": "Zattar does not have exactly one record with this number.",
    },
    "reason.zattar.57014": {
        "pt-BR": "O banco do Zattar demorou demais e desistiu do pedido. O Ponte tenta de novo sozinho.",
        "en": "Zattar's database took too long and gave the request up. Ponte tries again by itself.",
    },
    **dict.fromkeys((f"reason.zattar.pgrst00{number}" for number in range(4)), _AWAY),
    "reason.zattar.http_402": {
        "pt-BR": "O Supabase restringiu o projeto do Zattar (limite de uso ou conta em aberto). Regularize e reenvie.",
        "en": "Supabase restricted Zattar's project (usage limit or unpaid bill). Settle it, then redrive.",
    },
    "reason.zattar.http_403": {
        "pt-BR": "O acesso ao banco do Zattar foi barrado antes de chegar a ele. Confira as restrições de rede do projeto e reenvie.",
        "en": "Access to Zattar's database was stopped on the way. Check the project's network restrictions, then redrive.",
    },
    "reason.zattar.http_404": {
        "pt-BR": "Não há banco do Zattar neste endereço. Confira o endereço do projeto no Supabase e reenvie.",
        "en": "There is no database of Zattar's at this address. Check the project's address in Supabase, then redrive.",
    },
    "reason.zattar.http_429": {
        "pt-BR": "O Zattar pediu para ir mais devagar. O Ponte espera e tenta de novo sozinho.",
        "en": "Zattar asked to slow down. Ponte waits and tries again by itself.",
    },
    "reason.zattar.http_540": {
        "pt-BR": "O projeto do Zattar no Supabase está pausado. Reative-o no painel do Supabase e reenvie.",
        "en": "Zattar's Supabase project is paused. Restore it in Supabase's dashboard, then redrive.",
    },
    "reason.zattar.host_refused": {
        "pt-BR": "O endereço do banco do Zattar não é de um projeto do Supabase; nada foi enviado. Corrija a configuração e reenvie.",
        "en": "The address of Zattar's database is not a Supabase project's; nothing was sent. Correct the configuration, then redrive.",
    },
    "reason.zattar.unreadable_answer": {
        "pt-BR": "O Zattar respondeu algo que o Ponte não entende. Confira o registro e sincronize de novo.",
        "en": "Zattar answered something Ponte does not understand. Check the record and sync again.",
    },
}
