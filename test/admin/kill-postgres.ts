// Cuts every connection to a database, as a restart or an admin does, and looks whether what must always hold does.

import { compactVerify, importJWK } from 'jose'
import pg from 'pg'
import type { PinnedKey } from '#contract/device-api.ts'
import { digestOf } from '#platform/artifact-store.ts'

export interface Killer extends AsyncDisposable {
  /** How many connections it cut. */
  kill(): Promise<number>
  /** What is wrong in the rows, in words; empty where all is well. */
  damage(key: PinnedKey): Promise<string[]>
  /** Of the manifests that a device was given: those that are no row. */
  unknown(given: Iterable<string>): Promise<string[]>
}

export async function openKiller(url: string): Promise<Killer> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const rows = async (sql: string) => (await client.query(sql)).rows
  return {
    async kill() {
      const killed = await rows(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
      return killed.length
    },
    async damage(key) {
      const found = [
        ...(await rows(
          `select 'group ' || group_name || ' has ' || count(*) filter (where state = 'current') || ' current' as words
             from rollouts group by group_name having count(*) filter (where state = 'current') <> 1`,
        )),
        ...(await rows(
          `select 'rollout ' || s.id || ' is ' || s.state || ' and holds ' || count(g.group_name) || ' groups' as words
             from staged_rollouts s left join rolling_groups g on g.rollout_id = s.id group by s.id
             having (s.ended_at is null) <> (count(g.group_name) > 0)`,
        )),
        ...(await rows(
          `select 'rollout ' || s.id || ' has completed without being made current' as words from staged_rollouts s
             where s.state = 'completed' and not exists (select from rollouts r where r.staged_id = s.id)`,
        )),
        ...(await rows(
          `select 'alias stable of ' || r.group_name || ' is elsewhere' as words from rollouts r
             left join aliases a on a.group_name = r.group_name and a.name = 'stable'
             where r.state = 'current' and a.deployment_id is distinct from r.deployment_id`,
        )),
      ].map((row) => row.words as string)
      return [...found, ...(await forged(await rows('select * from manifests'), key))]
    },
    async unknown(given) {
      const known = new Set((await rows('select jws from manifests')).map((row) => row.jws))
      return [...given].filter((jws) => !known.has(jws))
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}

/** Every manifest is signed and says what its row says. */
async function forged(rows: pg.QueryResultRow[], publicKey: PinnedKey): Promise<string[]> {
  const key = await importJWK(publicKey, 'EdDSA')
  const wrong: string[] = []
  for (const row of rows) {
    const { payload } = await compactVerify(row.jws, key)
    const { sequence, deployment } = JSON.parse(new TextDecoder().decode(payload))
    const says = [sequence, deployment?.id ?? null, digestOf(row.jws)]
    if (says.join() !== [row.sequence, row.deployment_id, row.digest].join())
      wrong.push(`manifest ${row.sequence} of ${row.device_id} says ${says.join()}`)
  }
  return wrong
}
