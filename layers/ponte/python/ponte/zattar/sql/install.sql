-- Ponte: tells the bridge of every change of a person, an address or an integration in Zattar.
--
-- Run as the owner of the tables (the SQL editor of Supabase does), as often as you like: a second run changes nothing
-- and keeps the address and the secret. What it makes: the schema "ponte" and five triggers named
-- ponte_database_webhook. What it never touches: rows, columns, and the mapping tables (partes_chatwoot,
-- conversas_chatwoot, usuarios_chatwoot), which have no trigger so that the bridge's own writes do not come back to it.
--
-- A call that cannot be made is lost, and the office's own write goes on as if nothing were: the bridge finds what it
-- missed by updated_at.

begin;

do $$
begin
    if to_regprocedure('net.http_post(text, jsonb, jsonb, jsonb, integer)') is null then
        create extension if not exists pg_net;
    end if;
end
$$;

create schema if not exists ponte;
revoke all on schema ponte from public;

-- Where calls go, and the secret in their header. One row or none; none means that nothing is sent.
create table if not exists ponte.database_webhook (
    only_row boolean primary key default true check (only_row),
    url text not null check (url ~ '^https?://[^[:space:]]+$'),
    secret text not null check (secret ~ '^[!-~]{32,}$'),
    timeout_ms integer not null default 5000 check (timeout_ms between 1000 and 10000)
);
alter table ponte.database_webhook enable row level security;
revoke all on ponte.database_webhook from public;

-- Arguments: the columns that do not travel, because nobody needs them there (old snapshots) or because they are
-- secrets (configuracao). An UPDATE that changes nothing else, as court captures do by the thousand, makes no call.
create or replace function ponte.call_database_webhook() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    target ponte.database_webhook;
    after jsonb;
    before jsonb;
    unseen text[] := array['updated_at', 'ultima_atualizacao_pje'];
    leave_out text[] := coalesce(tg_argv::text[], array[]::text[]);
    secret_changed boolean := false;
begin
    if tg_op <> 'DELETE' then
        after := to_jsonb(new);
    end if;
    if tg_op <> 'INSERT' then
        before := to_jsonb(old);
    end if;
    if tg_op = 'UPDATE' then
        secret_changed := tg_table_name = 'integracoes'
            and after -> 'configuracao' is distinct from before -> 'configuracao';
        if not secret_changed and after - unseen - leave_out = before - unseen - leave_out then
            return null;
        end if;
    end if;
    select * into target from ponte.database_webhook;
    if not found then
        return null;
    end if;
    perform net.http_post(
        url := target.url,
        body := jsonb_build_object(
            'type', tg_op,
            'table', tg_table_name,
            'schema', tg_table_schema,
            'record', after - leave_out,
            'old_record', before - leave_out
        ),
        params := '{}'::jsonb,
        headers := jsonb_build_object('Content-Type', 'application/json', 'X-Ponte-Secret', target.secret),
        timeout_milliseconds := target.timeout_ms
    );
    return null;
exception when others then
    raise warning 'ponte: a database webhook was not sent (%)', sqlstate;
    return null;
end
$$;
revoke all on function ponte.call_database_webhook() from public;

create or replace trigger ponte_database_webhook after insert or update or delete on public.clientes
    for each row execute function ponte.call_database_webhook('dados_anteriores');

create or replace trigger ponte_database_webhook after insert or update or delete on public.partes_contrarias
    for each row execute function ponte.call_database_webhook('dados_anteriores');

create or replace trigger ponte_database_webhook after insert or update or delete on public.terceiros
    for each row execute function ponte.call_database_webhook('dados_anteriores');

create or replace trigger ponte_database_webhook after insert or update or delete on public.enderecos
    for each row execute function ponte.call_database_webhook('dados_pje_completo');

create or replace trigger ponte_database_webhook after insert or update or delete on public.integracoes
    for each row execute function ponte.call_database_webhook('configuracao', 'metadata');

commit;
