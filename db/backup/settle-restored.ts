// What a restored database must not believe of itself. The world went on since the backup: devices have verified
// manifests with higher sequences than it knows, and refuse every lower one for good; people have signed out, and codes
// were used that it takes for unused.
//
// So the counter of each device is moved to the seconds since 2020: far above anything that was given out at less than
// one manifest a second, and, since time goes on, above what an earlier restore of the same backup gave out as well,
// which a fixed gap would not be. What carries the counter is a manifest that says what the last one said, signed by
// nobody and sent to no device, since it has run out: the next poll makes a real one, one higher.
//
// Tables that the backup's version did not have yet are passed over.

import type { ClientBase } from 'pg'

/** Devices take sequences up to 2^31 - 1, which this reaches in 2088. */
const EPOCH = '2020-01-01T00:00:00Z'

const RAISE_COUNTERS = `
  insert into manifests (device_id, sequence, deployment_id, digest, content, jws, issued_at, expires_at)
  select d.id, greatest(coalesce(last.sequence, 0) + 1, extract(epoch from now() - timestamptz '${EPOCH}')::integer),
    last.deployment_id, 'sha256:' || repeat('0', 64),
    coalesce(last.content, '{"deploymentId":null,"edges":[]}'), '', now(), now() + interval '1 second'
  from devices d left join lateral (
    select m.sequence, m.deployment_id, m.content from manifests m where m.device_id = d.id
    order by m.sequence desc limit 1
  ) last on true`

/** By the table that each is about. */
const SETTLED: Readonly<Record<string, string>> = {
  manifests: RAISE_COUNTERS,
  sessions: 'delete from sessions',
  enrolment_codes:
    'update enrolment_codes set expires_at = now() where used_at is null and expires_at > now()',
  one_time_codes: 'update one_time_codes set expires_at = now() where used_at is null and expires_at > now()',
}

export async function settleRestored(client: ClientBase): Promise<void> {
  for (const [table, statement] of Object.entries(SETTLED)) {
    const { rows } = await client.query('select to_regclass($1) is not null as there', [`public.${table}`])
    if (rows[0].there) await client.query(statement)
  }
}
