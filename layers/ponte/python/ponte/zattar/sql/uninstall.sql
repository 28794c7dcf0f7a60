-- Ponte: takes away all that install.sql made, the address and the secret included. Rows stay as they are, and so does
-- pg_net, which others may use. Run it as often as you like.

begin;

drop trigger if exists ponte_database_webhook on public.clientes;
drop trigger if exists ponte_database_webhook on public.partes_contrarias;
drop trigger if exists ponte_database_webhook on public.terceiros;
drop trigger if exists ponte_database_webhook on public.enderecos;
drop trigger if exists ponte_database_webhook on public.integracoes;
drop function if exists ponte.call_database_webhook();
drop table if exists ponte.database_webhook;
drop schema if exists ponte;

commit;
