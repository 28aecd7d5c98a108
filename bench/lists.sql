-- Rows for bench/lists.py: dossiers of every state with systems, clocks, tests, connections and grants. Parts end with ";".
insert into catalog_informationsystem (code, code_base, code_number, code_is_official, name, owner_id, operating_unit_id,
  supplier, purpose, security_level, security_decision, networks, environments, state, retire_reason, is_sample, search,
  sort_key, revision, code_basis, former_codes, kind, technologies, hosting, sandbox_networks)
select 'BENCH.' || n, 'BENCH' || (n / 30000), n %% 30000, false, 'Phần mềm nghiệp vụ số ' || n, a.id, a.id, '', repeat('Giải quyết thủ tục. ', 10),
  2, '', '{}', '{sandbox,live}', 'registered', '', true, 'phan mem nghiep vu so ' || n, lpad(n::text, 8, '0'), 1,
  '', '{}', 'software', '{}', '', '{}'
from generate_series(1, %(dossiers)s) n join bench_agency a on a.place = case when n %% 10 = 0 then 1 else n %% %(agencies)s + 1 end;

insert into connections_connectionrequest (state, number, lookup_code, kind, agency_id, system_id, purpose_id, purpose_text, legal_basis,
  personal_data, state_secret, national_database, message_standard, networks, daily_calls, peak_per_second, technical_needs,
  operation_plan, security_plan, responsible_leader, technical_contact_id, committed, created_by_id, created_at, changed_at,
  sent_by_id, submitted_at, received_by_id, received_at, evaluator_id, proposed_by_id, proposed_at, approved_by_id, approved_at,
  end_reason, search, version, judged, prefilled, operator_agreed)
select t.state, case when t.state = 'draft' then '' else 'BENCH-' || lpad(t.n::text, 7, '0') end, 'BENCH000', 'new', s.owner_id, s.id, p.id,
  repeat('Khai thác dữ liệu phục vụ giải quyết thủ tục. ', 6), 'Chức năng, nhiệm vụ', false, false, false, '', '["10.20.30.0/24"]',
  5000, 20, '', repeat('Trực giờ hành chính. ', 15), repeat('Khóa giữ trong kho bí mật. ', 15), 'Phó Giám đốc', null, true,
  %(officer)s, t.at, t.at, %(sender)s, t.at, %(intake)s, t.at,
  case when t.state in ('draft', 'submitted') or t.n %% 7 = 0 then null when t.n %% 2 = 0 then %(evaluator)s else %(other)s end,
  case when t.place >= 5 and t.state <> 'completion_requested' then %(head)s end, t.at, case when t.place >= 6 and t.place < 11 then %(leader)s end, t.at,
  '', 'bench-' || lpad(t.n::text, 7, '0') || ' ' || a.search || ' ' || s.search, 3, t.n %% 3 = 0, '[]', false
from (select n, now() - (n %% 700) * interval '1 day' - n * interval '1 second' as at, state, place
      from (select n, case when n %% 100 < 2 then 0 when n %% 100 < 5 then 1 when n %% 100 < 15 then 2 when n %% 100 < 20 then 3
                           when n %% 100 < 23 then 4 when n %% 100 < 26 then 5 when n %% 100 < 32 then 6 when n %% 100 < 35 then 7
                           when n %% 100 < 37 then 8 when n %% 100 < 87 then 9 when n %% 100 < 92 then 10 when n %% 100 < 96 then 11
                           else 12 end as place from generate_series(1, %(dossiers)s) n) x
      join unnest(array['draft', 'submitted', 'evaluating', 'completion_requested', 'awaiting_approval', 'technically_approved', 'testing',
        'awaiting_confirmation', 'ready', 'live', 'terminated', 'withdrawn', 'closed']) with ordinality as names (state, rank) on rank = place + 1) t
join catalog_informationsystem s on s.code = 'BENCH.' || t.n
join accounts_agency a on a.id = s.owner_id
cross join (select min(id) as id from catalog_purpose) p;

insert into connections_clock (request_id, step, amount, unit, statutory, basis, started_at, due_at, ended_at)
select r.id, 'intake', 1, 'working_day', false, 'Hạn nội bộ', r.submitted_at, r.submitted_at + interval '1 day', r.submitted_at + interval '5 hour'
from connections_connectionrequest r where r.number like 'BENCH-%%' and r.state <> 'submitted'
union all
select r.id, case r.state when 'submitted' then 'intake' when 'evaluating' then 'evaluation' when 'completion_requested' then 'completion'
    when 'awaiting_approval' then 'result' when 'technically_approved' then 'environment' when 'testing' then 'testing' else 'confirmation' end,
  10, 'working_day', false, 'Hạn nội bộ', r.submitted_at, now() + ((r.id %% 40) - 10) * interval '1 day', null
from connections_connectionrequest r
where r.number like 'BENCH-%%' and r.state in ('submitted', 'evaluating', 'completion_requested', 'awaiting_approval', 'technically_approved',
  'testing', 'awaiting_confirmation');

update connections_connectionrequest r set due_at = c.due_at
from connections_clock c where c.request_id = r.id and c.ended_at is null and r.number like 'BENCH-%%';

insert into connections_trial (request_id, round, started_at, finished_at, content_hash, record)
select id, 1, submitted_at, submitted_at, repeat('a', 64), '{}' from connections_connectionrequest
where number like 'BENCH-%%' and state in ('awaiting_confirmation', 'ready', 'live');
insert into connections_confirmation (trial_id, side, agency_id, user_id, agreed, remark, content_hash, at)
select t.id, 'operator', r.agency_id, %(operator)s, true, '', repeat('a', 64), t.started_at
from connections_trial t join connections_connectionrequest r on r.id = t.request_id where r.number like 'BENCH-%%' and r.id %% 2 = 0;
update connections_connectionrequest set operator_agreed = true
where number like 'BENCH-%%' and state in ('awaiting_confirmation', 'ready', 'live') and id %% 2 = 0;

insert into connections_connection (system_id, request_id, opened_at, live_at)
select system_id, id, submitted_at, submitted_at from connections_connectionrequest where number like 'BENCH-%%' and state in ('ready', 'live');
insert into connections_grant (code, connection_id, request_id, system_id, service_id, environment, purpose_id, operations, fields, networks,
  daily_quota, valid_from, gate_id, opened_at, revoke_reason, narrow_reason, suspend_reason, hours)
select 'BENCH-' || c.id || '-' || e, c.id, c.request_id, c.system_id, s.id, e, p.id, '["list"]', '["code"]', '["10.20.30.0/24"]', 1000,
  current_date, 1000000 + c.id * 2 + (e = 'live')::int, c.opened_at, '', '', '', '[]'
from connections_connection c cross join unnest(array['sandbox', 'live']) e cross join (select min(id) as id from catalog_purpose) p
cross join (select min(id) as id from catalog_dataservice) s
join connections_connectionrequest r on r.id = c.request_id and r.number like 'BENCH-%%';
