-- Roles and database of one installation; run once by an administrator of the server:
--   psql -v ON_ERROR_STOP=1 -f roles.sql postgres
-- Then a password for each role with \password lgsp_owner and so on: none is written down here.
create role lgsp_owner login;
create role lgsp_web login connection limit 200;
-- The oldest open transaction is watched, whoever opened it.
grant pg_read_all_stats to lgsp_web;
create role lgsp_broker login connection limit 400;
create role lgsp_sealer login connection limit 5;
create role lgsp_archive login connection limit 5;
create role lgsp_backup login replication connection limit 5;
create database lgsp owner lgsp_owner template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8';
revoke all on database lgsp from public;
grant connect on database lgsp to lgsp_owner, lgsp_web, lgsp_broker, lgsp_sealer, lgsp_archive, lgsp_backup;
\connect lgsp
grant all on schema public to lgsp_owner;
revoke create on schema public from public;
-- Who serves people must not hold back vacuum, and with it the gates of the broker.
alter role lgsp_web in database lgsp set idle_in_transaction_session_timeout = '30s';
alter role lgsp_archive in database lgsp set idle_in_transaction_session_timeout = '60s';
-- The rights themselves: python manage.py database_roles, as lgsp_owner, after each migrate.
