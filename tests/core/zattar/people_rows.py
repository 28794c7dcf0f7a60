"""Rows as the three tables hold them: whole enough to be read, invented throughout."""

from typing import Any


def cliente(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": 41,
        "tipo_pessoa": "pf",
        "nome": "Maria da Conceição",
        "nome_social_fantasia": None,
        "cpf": "111.444.777-35",
        "cnpj": None,
        "emails": ["maria@exemplo.test", "m2@exemplo.test"],
        "ddd_celular": "11",
        "numero_celular": "98765-4321",
        "ddd_residencial": None,
        "numero_residencial": None,
        "ddd_comercial": "11",
        "numero_comercial": "3222-1100",
        "situacao_pje": "A",
        "ativo": True,
        "endereco_id": 7,
        "created_at": "2026-01-05T12:00:00+00:00",
        "updated_at": "2026-11-25T10:00:00.123456+00:00",
    }
    return {**row, **changes}


def terceiro(**changes: Any) -> dict[str, Any]:
    row = cliente(id=9, tipo_parte="PERITO", polo="ATIVO", nome_fantasia="Perícias Silva", ativo=None)
    del row["nome_social_fantasia"]
    return {**row, **changes}


def endereco(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": 7,
        "entidade_tipo": "cliente",
        "entidade_id": 41,
        "municipio": "São Paulo",
        "estado_sigla": "SP",
        "cep": "01000-000",
        "updated_at": "2026-11-25T10:00:00+00:00",
    }
    return {**row, **changes}


def integracao(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": "0b6f5f4e-3f3c-4c8e-9d7c-2f6f0a4c1b11",
        "tipo": "chatwoot",
        "nome": "Chatwoot",
        "descricao": None,
        "ativo": True,
        "configuracao": {"api_url": "https://chat.exemplo.test", "api_key": "chave-inventada", "account_id": 1},
        "metadata": None,
        "created_at": "2026-01-05T12:00:00+00:00",
        "updated_at": "2026-11-25T10:00:00+00:00",
        "created_by_auth_id": None,
        "updated_by_auth_id": None,
    }
    return {**row, **changes}
