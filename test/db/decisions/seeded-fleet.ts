// A database as full as a large installation's: so many devices in so many groups, and decisions and audits of the last
// weeks in their partitions. Written by PostgreSQL itself from numbers, so that a million rows take seconds, and the same
// each time but for the clock.

import type pg from 'pg'
import type { Db } from '#db/db.ts'
import { ensurePartitions } from '#db/partitions/ensure-partitions.ts'
import { fillDatabase } from '../filled-database.ts'

export interface SeedSize {
  readonly devices: number
  readonly groups: number
  readonly decisions: number
}

/** Within what retention keeps by default. */
export const SEEDED_DAYS = 20

export const groupName = (i: number): string => `group-${String(i).padStart(4, '0')}`
export const deviceName = (i: number): string => `device-${String(i).padStart(6, '0')}`
export const deviceIdOf = (i: number): string => `dev_${String(i).padStart(20, '0')}`
/** As many as there are groups, `dep_0` to the first. */
export const deploymentIdOf = (i: number): string => `dep_${i}`

const REPORT = `jsonb_build_object('url', 'http://10.0.0.1:7402', 'sequence', 3, 'servingDeploymentId',
  'dep_' || i % $2::int, 'state', 'serving', 'message', '', 'functionDriver', 'workerd',
  'spool', jsonb_build_object('waiting', i % 5, 'dropped', 0))`

/** Devices in order, every fiftieth of tier edge, one in a thousand revoked. */
const DEVICES = `insert into devices (id, name, tier, group_name, public_key, url, platform, enrolled_at, last_seen_at,
    revoked_at, report)
  select 'dev_' || lpad(i::text, 20, '0'), 'device-' || lpad(i::text, 6, '0'),
    case when i / $2::int % 50 = 0 then 'edge' else 'local' end, 'group-' || lpad((i % $2::int)::text, 4, '0'),
    jsonb_build_object('kty', 'OKP', 'crv', 'Ed25519', 'x', repeat('A', 43)), 'http://10.0.0.1:7402', 'linux arm64',
    now() - interval '30 days', now() - make_interval(secs => i % 300),
    case when i % 1000 = 999 then now() end, ${REPORT}
  from generate_series(0, $1::int - 1) i`

/** Copies of the one deployment that is there, one for each group and current in it. */
const DEPLOYMENTS = `insert into deployments (id, version, local_model_id, edge_model_id, router_id, function_id, document)
  select 'dep_' || i, 1000 + i, local_model_id, edge_model_id, router_id, function_id,
    document || jsonb_build_object('id', 'dep_' || i, 'version', 1000 + i)
  from (select * from deployments limit 1) d, generate_series(0, $1::int - 1) i`
const ROLLOUTS = `insert into rollouts (id, group_name, deployment_id, kind, state, started_by)
  select 'rol_seeded_' || i, 'group-' || lpad(i::text, 4, '0'), 'dep_' || i, 'promote', 'current', 'a seed'
  from generate_series(0, $1::int - 1) i`

/** Of device i % devices, so that each tells of its own in order; one in 500 by an open breaker, rare as it is. */
const DECISIONS = `insert into decisions (device_id, sequence, at, deployment_id, tier, label, score, router,
    router_version, router_score, threshold, reason, total_ms, energy_j, by_fallback, request_id)
  select 'dev_' || lpad((i % $1::int)::text, 20, '0'), 1 + i / $1::int,
    now() - make_interval(secs => $4::float8 * (1 - i::float8 / $3::int)),
    'dep_' || i % $2::int, case when i % 5 = 0 then 'edge' else 'local' end, i % 1000, 0.5, 'confidence', 1, 0.7, 0.6,
    case when i % 500 = 7 then 'breaker-open' when i % 25 = 0 then 'direct' else 'routed' end,
    10 + i % 97, 0.05 + (i % 31) / 100.0, false, 'request-' || i
  from generate_series(0, $3::int - 1) i`

const AUDITS = `insert into audits (device_id, sequence, "of", at, deployment_id, local_label, local_score, edge_label,
    edge_score)
  select device_id, sequence + 1000000, sequence, at, deployment_id, label, 0.6, label + (sequence % 2), 0.8
  from decisions where label % 50 = 0 and tier = 'local'`

const MARKS = `insert into decision_marks select device_id, max(sequence) from decisions group by 1
  on conflict (device_id) do update set up_to = excluded.up_to`

export async function seedFleet(pool: pg.Pool, db: Db, size: SeedSize): Promise<void> {
  const { devices, groups, decisions } = size
  await fillDatabase(db)
  // Of what was just made up: a control plane on this database would begin to work on it.
  await pool.query('delete from jobs')
  await pool.query(DEPLOYMENTS, [groups])
  await pool.query(ROLLOUTS, [groups])
  for (let day = SEEDED_DAYS; day >= 0; day -= 3)
    await ensurePartitions(db, 30, new Date(Date.now() - day * 24 * 3_600_000))
  await pool.query(DEVICES, [devices, groups])
  await pool.query(DECISIONS, [devices, groups, decisions, SEEDED_DAYS * 24 * 3_600])
  await pool.query(AUDITS)
  await pool.query(MARKS)
  await pool.query('vacuum analyze')
}
