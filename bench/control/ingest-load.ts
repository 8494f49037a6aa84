// The load of bench/control/ingest.ts, in a process of its own: devices that hand in full batches of decisions as fast
// as they are acknowledged, each over a connection of its own. Bodies are made before the clock runs, as agents have
// them on their disks: making JSON is the device's cost. Tokens are signed as agents do, a fresh one for each request.

import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Pool } from 'undici'
import { DEVICE_TOKEN_AUDIENCE } from '#contract/device-api.ts'
import type { PollerSpec } from '../fleet/pollers-load.ts'

export interface IngestCommand {
  readonly batches: number
  readonly perBatch: number
}

export interface IngestLook {
  readonly seconds: number
  readonly decisions: number
  /** By status; 0 where no answer came. */
  readonly statuses: Readonly<Record<number, number>>
  /** Acknowledged numbers that are not the last one sent. */
  readonly misled: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const TIMEOUT_MS = 60_000

interface Sender extends PollerSpec {
  readonly signer: KeyObject
  next: number
}

const [, , baseUrl, file] = process.argv
const senders: Sender[] = (JSON.parse(readFileSync(file!, 'utf8')) as PollerSpec[]).map((spec) => ({
  ...spec,
  signer: createPrivateKey({ key: Buffer.from(spec.key, 'base64'), format: 'der', type: 'pkcs8' }),
  next: 1,
}))
const pool = new Pool(baseUrl!, { connections: senders.length, pipelining: 1 })

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function token({ id, signer }: Sender): string {
  const now = Math.floor(Date.now() / 1_000)
  const claims = { iss: id, aud: DEVICE_TOKEN_AUDIENCE, iat: now, exp: now + 60 }
  const signed = `${part({ alg: 'EdDSA', kid: id })}.${part(claims)}`
  return `${signed}.${sign(null, Buffer.from(signed), signer).toString('base64url')}`
}

const decision = (sequence: number) => ({
  sequence,
  at: new Date().toISOString(),
  deploymentId: 'dep_0123456789abcdef0123',
  tier: sequence % 5 === 0 ? 'edge' : 'local',
  label: sequence % 1_000,
  score: 0.1 + ((sequence * 0.618) % 0.9),
  decision: {
    router: 'confidence',
    version: 3,
    score: (sequence * 0.414) % 1,
    threshold: 0.612,
    reason: 'routed',
  },
  totalMs: 8 + ((sequence * 7.31) % 90),
  energyJ: 0.02 + ((sequence * 0.0173) % 0.4),
  byFallback: false,
  requestId: `request-${sequence}-0123456789abcdef`,
  preference: 'balanced',
})

function bodies(sender: Sender, { batches, perBatch }: IngestCommand): { body: Buffer; last: number }[] {
  return Array.from({ length: batches }, () => {
    const decisions = Array.from({ length: perBatch }, () => decision(sender.next++))
    return { body: Buffer.from(JSON.stringify({ decisions })), last: sender.next - 1 }
  })
}

async function ingest(command: IngestCommand): Promise<IngestLook> {
  const ready = senders.map((sender) => ({ sender, uploads: bodies(sender, command) }))
  const statuses: Record<number, number> = {}
  const tookMs: number[] = []
  let misled = 0
  const begin = performance.now()
  await Promise.all(
    ready.map(async ({ sender, uploads }) => {
      for (const { body, last } of uploads) {
        const startedAt = performance.now()
        const headers = { authorization: `Bearer ${token(sender)}`, 'content-type': 'application/json' }
        const request = { method: 'POST', path: '/device/v1/decisions', headers, body } as const
        const { statusCode, body: answer } = await pool.request({ ...request, headersTimeout: TIMEOUT_MS })
        const { upTo } = (await answer.json()) as { upTo?: number }
        tookMs.push(performance.now() - startedAt)
        statuses[statusCode] = (statuses[statusCode] ?? 0) + 1
        if (upTo !== last) misled++
      }
    }),
  )
  const sorted = tookMs.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return {
    seconds: (performance.now() - begin) / 1_000,
    decisions: senders.length * command.batches * command.perBatch,
    ...{ statuses, misled, p50Ms: at(0.5), p99Ms: at(0.99) },
  }
}

process.on('message', async (command: IngestCommand) => process.send?.(await ingest(command)))
process.once('disconnect', () => process.exit())
process.send?.({ ready: senders.length })
