// The load of bench/fleet/pollers.ts, in a process of its own: every device of the fleet asks for its manifest with a
// key of its own, over kept connections. Two ways: `saturate` asks without a pause over few connections, which finds
// how much the control plane can take; `hold` is what agents do: a long poll each, a report after every answer, and
// for jobs either polls that tell of them or, as agents once did, a question every second.
// A device runs nothing: it "installs" at once and reports that it serves what it was told.

import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { DEVICE_TOKEN_AUDIENCE, JOBS_HEADER } from '#contract/device-api.ts'
import type { Tier } from '#contract/tier.ts'

export interface PollerSpec {
  readonly id: string
  readonly tier: Tier
  readonly url: string
  /** PKCS 8, base64. */
  readonly key: string
}

export type LoadCommand =
  | { readonly do: 'saturate'; readonly seconds: number; readonly connections: number }
  | { readonly do: 'hold'; readonly rampS: number; readonly jobs: 'tell' | 'ask' }
  | { readonly do: 'release' }
  | { readonly do: 'look' }

export interface LoadLook {
  readonly seconds: number
  /** By status; 0 where no answer came. */
  readonly polls: Readonly<Record<number, number>>
  readonly reports: Readonly<Record<number, number>>
  /** Questions for jobs. */
  readonly asked: Readonly<Record<number, number>>
  /** When devices heard that a job waits for them, by Date.now(). */
  readonly jobsAtMs: readonly number[]
  /** How long an answer took; of a long poll how long after its wait. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Long polls that are open now. */
  readonly open: number
  /** Devices that were told each deployment. */
  readonly told: Readonly<Record<string, number>>
  /** When the last manifest came, by Date.now(). */
  readonly lastToldAtMs: number
  readonly cpuS: number
  readonly errors: readonly string[]
}

const WAIT_S = 20
/** As workers/agent/control-client.ts gives up. */
const TIMEOUT_MS = 30_000
const RETRY_MS = 1_000
const ASK_EVERY_MS = 1_000

interface Poller extends PollerSpec {
  readonly signer: KeyObject
  etag: string | undefined
  sequence: number
  serving: string | null
  /** It has heard of a job, and works from then on. */
  isBusy: boolean
  token: { readonly atS: number; readonly text: string } | undefined
}

const [, , baseUrl, file] = process.argv
const pollers: Poller[] = (JSON.parse(readFileSync(file!, 'utf8')) as PollerSpec[]).map((spec) => ({
  ...spec,
  signer: createPrivateKey({ key: Buffer.from(spec.key, 'base64'), format: 'der', type: 'pkcs8' }),
  etag: undefined,
  sequence: 0,
  serving: null,
  isBusy: false,
  token: undefined,
}))

let stats = freshStats()
const told = new Map<string, string>()
let lastToldAtMs = 0
let open = 0
let isHolding = false
const jobsAtMs: number[] = []

function freshStats() {
  const none = {
    polls: {} as Record<number, number>,
    reports: {} as Record<number, number>,
    asked: {} as Record<number, number>,
  }
  return {
    ...none,
    startedAt: performance.now(),
    cpu: process.cpuUsage(),
    tookMs: [] as number[],
    errors: new Set<string>(),
  }
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** As in workers/agent/identity.ts. */
const TOKEN_REUSED_S = 20

function token(poller: Poller): string {
  const { id, signer } = poller
  const now = Math.floor(Date.now() / 1_000)
  if (poller.token && now < poller.token.atS + TOKEN_REUSED_S) return poller.token.text
  const claims = { iss: id, aud: DEVICE_TOKEN_AUDIENCE, iat: now, exp: now + 60 }
  const signed = `${part({ alg: 'EdDSA', kid: id })}.${part(claims)}`
  const text = `${signed}.${sign(null, Buffer.from(signed), signer).toString('base64url')}`
  poller.token = { atS: now, text }
  return text
}

async function poll(pool: Pool, poller: Poller, waitS: number, tell = false): Promise<number> {
  const headers: Record<string, string> = { authorization: `Bearer ${token(poller)}` }
  if (poller.etag !== undefined) headers['if-none-match'] = poller.etag
  const startedAt = performance.now()
  open++
  try {
    const path = `/device/v1/manifest?wait=${waitS}${tell && !poller.isBusy ? '&jobs=tell' : ''}`
    const answer = await pool.request({ method: 'GET', path, headers, headersTimeout: TIMEOUT_MS })
    const text = await answer.body.text()
    const ms = performance.now() - startedAt
    if (answer.headers[JOBS_HEADER] === 'waiting') {
      poller.isBusy = true
      jobsAtMs.push(Date.now())
    }
    if (answer.statusCode === 200) learn(poller, text, String(answer.headers.etag))
    // A long poll that brought news is measured from the promotion, by the parent.
    if (answer.statusCode === 304 || waitS === 0) stats.tookMs.push(ms - waitS * 1_000)
    else if (answer.statusCode !== 200) stats.errors.add(`${answer.statusCode} ${text.slice(0, 120)}`)
    return answer.statusCode
  } catch (error) {
    stats.errors.add(error instanceof Error ? `${error.name}: ${error.message}` : 'unknown')
    return 0
  } finally {
    open--
  }
}

function learn(poller: Poller, jws: string, etag: string): void {
  const payload = JSON.parse(Buffer.from(jws.split('.')[1]!, 'base64url').toString()) as {
    sequence: number
    deployment: { id: string } | null
  }
  poller.etag = etag
  poller.sequence = payload.sequence
  poller.serving = payload.deployment?.id ?? null
  told.set(poller.id, poller.serving ?? 'nothing')
  lastToldAtMs = Date.now()
}

async function report(pool: Pool, poller: Poller): Promise<void> {
  const { url, sequence, serving } = poller
  const state = serving === null ? 'idle' : 'serving'
  const body = { url, sequence, servingDeploymentId: serving, state, functionDriver: 'none' }
  const headers = { authorization: `Bearer ${token(poller)}`, 'content-type': 'application/json' }
  const request = { method: 'POST', path: '/device/v1/report', headers, body: JSON.stringify(body) } as const
  const status = await pool.request({ ...request, headersTimeout: TIMEOUT_MS }).then(
    async (answer) => {
      await answer.body.dump()
      return answer.statusCode
    },
    () => 0,
  )
  count(stats.reports, status)
}

const count = (counts: Record<number, number>, status: number) => {
  counts[status] = (counts[status] ?? 0) + 1
}

async function saturate({ seconds, connections }: { seconds: number; connections: number }): Promise<void> {
  await using pool = closing(new Pool(baseUrl!, { connections, pipelining: 1 }))
  const until = performance.now() + seconds * 1_000
  let next = 0
  const lane = async () => {
    while (performance.now() < until)
      count(stats.polls, await poll(pool, pollers[next++ % pollers.length]!, 0))
  }
  await Promise.all(Array.from({ length: connections }, lane))
}

const closing = (pool: Pool) => Object.assign(pool, { [Symbol.asyncDispose]: () => pool.destroy() })

async function askForJobs(pool: Pool, poller: Poller): Promise<void> {
  while (isHolding) {
    await sleep(ASK_EVERY_MS)
    const headers = { authorization: `Bearer ${token(poller)}` }
    const request = { method: 'GET', path: '/device/v1/jobs/next', headers } as const
    const status = await pool.request({ ...request, headersTimeout: TIMEOUT_MS }).then(
      async (answer) => {
        const { job } = (await answer.body.json()) as { job: unknown }
        if (job && !poller.isBusy) jobsAtMs.push(Date.now())
        poller.isBusy ||= job !== null
        return answer.statusCode
      },
      () => 0,
    )
    if (isHolding) count(stats.asked, status)
  }
}

async function hold({ rampS, jobs }: { rampS: number; jobs: 'tell' | 'ask' }): Promise<void> {
  const pool = new Pool(baseUrl!, { connections: 2 * pollers.length + 100, pipelining: 1 })
  isHolding = true
  const agent = async (poller: Poller, i: number) => {
    await sleep((rampS * 1_000 * i) / pollers.length)
    if (jobs === 'ask') void askForJobs(pool, poller)
    while (isHolding) {
      const status = await poll(pool, poller, poller.etag === undefined ? 0 : WAIT_S, jobs === 'tell')
      if (!isHolding) return
      count(stats.polls, status)
      if (status === 200 || status === 304) await report(pool, poller)
      else await sleep(RETRY_MS * (0.5 + Math.random()))
    }
  }
  const agents = Promise.all(pollers.map(agent))
  while (isHolding) await sleep(50)
  await pool.destroy()
  await agents
}

function look(): LoadLook {
  const { startedAt, cpu, tookMs, polls, reports, asked, errors } = stats
  const sorted = tookMs.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  const { user, system } = process.cpuUsage(cpu)
  const counts: Record<string, number> = {}
  for (const id of told.values()) counts[id] = (counts[id] ?? 0) + 1
  stats = freshStats()
  return {
    seconds: (performance.now() - startedAt) / 1_000,
    ...{ polls, reports, asked, jobsAtMs, open, told: counts, lastToldAtMs },
    ...{ p50Ms: at(0.5), p99Ms: at(0.99), maxMs: sorted.at(-1) ?? 0 },
    cpuS: (user + system) / 1e6,
    errors: [...errors].slice(0, 5),
  }
}

process.on('message', async (command: LoadCommand) => {
  if (command.do === 'saturate') await saturate(command)
  if (command.do === 'hold') void hold(command)
  if (command.do === 'release') isHolding = false
  process.send?.(look())
})
process.once('disconnect', () => process.exit())
process.send?.({ ready: String(pollers.length) })
