// Which signing keys each device trusts, by what it was told and has acted on: the keys of the manifest that it has
// reported. A device that has not reported one is trusted to know nothing.

import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'

export interface TrustedKeys {
  readonly name: string
  readonly kids: readonly string[]
}

/** Of all devices that are not revoked. */
export async function trustedKeys(db: Db): Promise<TrustedKeys[]> {
  const { rows } = await db.execute(sql`
    select d.name, split_part(m.jws, '.', 2) as payload from devices d
    left join manifests m on m.device_id = d.id and m.sequence = (d.report ->> 'sequence')::integer
    where d.revoked_at is null order by d.name`)
  return (rows as { name: string; payload: string | null }[]).map(({ name, payload }) => ({
    name,
    kids: payload === null ? [] : kidsOf(payload),
  }))
}

/** Of a payload that we have signed ourselves. */
function kidsOf(payload: string): string[] {
  const { manifestKeys = [] } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    manifestKeys?: { kid: string }[]
  }
  return manifestKeys.map(({ kid }) => kid)
}
