// What a fleet is asked for all day: images at varied preferences, and admins that read. At a steady rate, not as fast
// as it goes: a soak looks for what grows and what is lost, and needs the machine to recover between faults. A request
// that gets no answer since its worker was just killed is "cut", which is no promise broken; an answer that is not a 200
// is a failure.

import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Api } from '#admin/client/api.ts'
import { ClassifyAnswer } from '#contract/classify.ts'
import { Preference } from '#contract/decision.ts'
import type { AnswerSeen } from '#test/workers/observe/decided-often.ts'

export interface Asked {
  readonly atMs: number
  readonly tookMs: number
  /** 0 where no answer came. */
  readonly status: number
  readonly tier: string
}

export interface Read {
  readonly atMs: number
  readonly tookMs: number
  readonly isOk: boolean
  readonly said: string
}

export interface MixedLoad {
  readonly answers: AnswerSeen[]
  readonly asked: Asked[]
  readonly reads: Read[]
  /** Other answers than 200, by what they said. */
  readonly refusals: Map<string, number>
  stop(): Promise<void>
}

export interface LoadPlan {
  readonly images: readonly Uint8Array[]
  readonly imagesPerS: number
  readonly readsPerS: number
  readonly clients: number
  /** Of the worker now: it may come back on another port. */
  readonly workerUrl: () => string
  readonly api: () => Api
}

const TIMEOUT_MS = 15_000
const PREFERENCES = [undefined, ...Preference.options]

export function startMixedLoad(plan: LoadPlan): MixedLoad {
  const load: MixedLoad = {
    answers: [],
    asked: [],
    reads: [],
    refusals: new Map(),
    async stop() {
      isOver = true
      await running
      for (const pool of pools.values()) await pool.destroy()
    },
  }
  let isOver = false
  let asked = 0
  const pools = new Map<string, Pool>()
  const poolOf = (url: string): Pool => {
    if (!pools.has(url)) pools.set(url, new Pool(url, { connections: plan.clients }))
    return pools.get(url)!
  }
  const paced = async (perS: number, work: () => Promise<unknown>) => {
    for (
      let dueMs = performance.now();
      !isOver;
      dueMs = Math.max(dueMs + 1_000 / perS, performance.now() - 1_000)
    ) {
      const waitMs = dueMs - performance.now()
      if (waitMs > 0) await sleep(waitMs)
      if (!isOver) await work()
    }
  }
  const image = () => askOne(load, plan.images, { n: ++asked, poolOf, url: plan.workerUrl() })
  const read = (n: number) => readOne(load, plan.api(), n)
  let reads = 0
  const running = Promise.all([
    ...Array.from({ length: plan.clients }, () => paced(plan.imagesPerS / plan.clients, image)),
    paced(plan.readsPerS, () => read(reads++)),
  ])
  return load
}

interface Ask {
  readonly n: number
  readonly url: string
  poolOf(url: string): Pool
}

async function askOne(
  load: MixedLoad,
  images: readonly Uint8Array[],
  { n, url, poolOf }: Ask,
): Promise<void> {
  const preference = PREFERENCES[n % PREFERENCES.length]
  const requestId = `asked-${n}`
  const atMs = performance.now()
  const told = (status: number, tier: string) =>
    void load.asked.push({ atMs, tookMs: performance.now() - atMs, status, tier })
  try {
    const { statusCode, body } = await poolOf(url).request({
      method: 'POST',
      path: preference === undefined ? '/v1/classify' : `/v1/classify?preference=${preference}`,
      headers: { 'x-request-id': requestId },
      body: images[n % images.length]!,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    })
    const text = await body.text()
    if (statusCode !== 200) {
      told(statusCode, '')
      const said = `${statusCode} ${text.slice(0, 120)}`
      load.refusals.set(said, (load.refusals.get(said) ?? 0) + 1)
      return
    }
    const { labels, tier } = ClassifyAnswer.parse(JSON.parse(text))
    told(200, tier)
    load.answers.push({ requestId, tier, label: labels[0]!.index, score: labels[0]!.score })
  } catch {
    // Cut: the worker is being killed or starts. A client that does not wait measures how fast it is refused.
    told(0, '')
    await sleep(50)
  }
}

type ReadCall = (api: Api) => Promise<unknown>

const READS: readonly ReadCall[] = [
  ({ trpc }) => trpc.decisions.list.query({}),
  ({ trpc }) => trpc.devices.list.query({}),
  ({ trpc }) => trpc.rollouts.history.query({ limit: 20 }),
  ({ trpc }) => trpc.decisions.totals.query({ sinceHours: 1 }),
  ({ trpc }) => trpc.decisions.disagreement.query({}),
  ({ trpc }) => trpc.models.list.query({}),
  ({ trpc }) => trpc.jobs.list.query({}),
]

async function readOne(load: MixedLoad, api: Api, n: number): Promise<void> {
  const atMs = performance.now()
  const told = (isOk: boolean, said: string) =>
    void load.reads.push({ atMs, tookMs: performance.now() - atMs, isOk, said })
  await READS[n % READS.length]!(api).then(
    () => told(true, ''),
    (error: unknown) => told(false, error instanceof Error ? error.message.slice(0, 160) : 'failed'),
  )
}
