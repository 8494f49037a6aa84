// The control plane of bench/fleet/pollers.ts: its real process with its embedded PostgreSQL in a temporary home, and
// a second one without a socket in this process on the same database, by which the fleet is promoted to. Devices are
// inserted as rows, with public keys whose private halves the load signs with: enrolling ten thousand one by one
// measures something else.

import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import path from 'node:path'
import type { Tier } from '#contract/tier.ts'
import type { Database } from '#db/connect.ts'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { openRolloutRig, type RolloutRig } from '#test/admin/rollout-rig.ts'
import { Process } from '#test/harness/process.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import type { PollerSpec } from './pollers-load.ts'

export interface FleetSize {
  readonly devices: number
  readonly groups: number
  readonly edgesPerGroup: number
}

export interface BenchPlane extends AsyncDisposable {
  readonly url: string
  readonly folder: string
  readonly pid: number
  readonly postmaster: number
  readonly rig: RolloutRig
  /** A new deployment for each group; answers their ids. */
  promote(): Promise<string[]>
}

export const groupName = (index: number): string => `site-${index}`

export async function openBenchPlane(groups: number): Promise<BenchPlane> {
  const folder = await tempFolder('pollers')
  const env = { TANDEM_HOME: folder.path, TANDEM_PORT: '0', LOG_LEVEL: 'warn' }
  const control = new Process({ entry: 'admin/main.ts', env })
  const url = await control.ready()
  const postgres = await ensurePostgres({ folder: path.join(folder.path, 'postgres') })
  const rig = await openRolloutRig({ url: postgres.url, drop: async () => undefined })
  let promotions = 0
  return {
    ...{ url, folder: folder.path, pid: control.pid, postmaster: postgres.pid, rig },
    async promote() {
      const policy = { edgeDeadlineMs: 500 + ++promotions }
      const ids: string[] = []
      for (let i = 0; i < groups; i++) {
        const request = { router: rig.router, group: groupName(i), policy }
        ids.push((await rig.control.admin.rollouts.promote.mutate(request)).deployment.id)
      }
      return ids
    },
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]()
      await control.stop()
      const said = control.output.trim()
      if (said) console.error(`the control plane said:\n${said.slice(0, 2_000)}`)
      await folder[Symbol.asyncDispose]()
    },
  }
}

const INSERT = `
  insert into devices (id, name, tier, group_name, public_key, url, platform)
  select id, name, tier, group_name, public_key, url, 'bench'
  from jsonb_to_recordset($1) as d(id text, name text, tier text, group_name text, public_key jsonb, url text)`

const pkcs8 = (key: KeyObject) => key.export({ format: 'der', type: 'pkcs8' }).toString('base64')

/** Where the rows go. */
export type FleetRows = { readonly control: { readonly database: Pick<Database, 'pool'> } }

export async function insertFleet(rig: FleetRows, size: FleetSize): Promise<PollerSpec[]> {
  const rows = Array.from({ length: size.devices }, (_, i) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const { kty, crv, x } = publicKey.export({ format: 'jwk' })
    const inGroup = Math.floor(i / size.groups)
    const tier: Tier = inGroup < size.edgesPerGroup ? 'edge' : 'local'
    const name = `${tier}-${i}`
    const at = {
      id: `dev_${randomBytes(10).toString('hex')}`,
      name,
      tier,
      url: `http://10.0.${i >> 8}.${i & 255}`,
    }
    return {
      ...at,
      group_name: groupName(i % size.groups),
      public_key: { kty, crv, x },
      key: pkcs8(privateKey),
    }
  })
  const CHUNK = 1_000
  for (let i = 0; i < rows.length; i += CHUNK) {
    const chunk = rows.slice(i, i + CHUNK).map(({ key: _, ...row }) => row)
    await rig.control.database.pool.query(INSERT, [JSON.stringify(chunk)])
  }
  await rig.control.database.pool.query('analyze')
  return rows.map(({ id, tier, url, key }) => ({ id, tier, url, key }))
}
