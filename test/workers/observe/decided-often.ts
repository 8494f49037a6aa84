// Clients that never stop asking one worker while it and its control plane are killed again and again, and what must be
// true afterwards: of every answer that a client has read there is one decision, and it says what the answer said. A
// request that was cut has no answer; there may be a decision of it or not.

import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { ClassifyAnswer } from '#contract/classify.ts'
import type { Fleet } from '#test/harness/fleet.ts'
import { until } from '#test/harness/until.ts'

export interface AnswerSeen {
  readonly requestId: string
  readonly label: number
  readonly tier: string
  readonly score: number
}

export interface KillPlan {
  readonly answers: number
  readonly clients: number
  readonly kills: { readonly pi: number; readonly control: number }
  readonly random: () => number
  readonly onProgress?: (line: string) => void
}

export interface Told {
  readonly answers: readonly AnswerSeen[]
  readonly cut: number
  readonly kills: { readonly pi: number; readonly control: number }
}

const LOOK_EVERY_MS = 20

/** Until so many answers were read and every kill was done; all that was killed is up again then. */
export async function askWhileKilling(
  fleet: Fleet,
  images: readonly Uint8Array[],
  plan: KillPlan,
): Promise<Told> {
  const answers: AnswerSeen[] = []
  let asked = 0
  let cut = 0
  const client = async () => {
    while (answers.length < plan.answers) {
      const requestId = `asked-${++asked}`
      const answer = await ask(fleet.url('pi'), images[asked % images.length]!, requestId)
      if (answer) answers.push(answer)
      else {
        cut++
        // Nobody answers while it starts; a client that does not wait measures how fast it is refused.
        await sleep(LOOK_EVERY_MS)
      }
    }
  }
  const done = { pi: 0, control: 0 }
  const killer = async (name: 'pi' | 'control') => {
    for (let kill = 0; kill < plan.kills[name]; kill++) {
      const due = ((kill + plan.random()) / plan.kills[name]) * plan.answers * 0.95
      while (answers.length < due) await sleep(LOOK_EVERY_MS)
      await fleet.process(name).kill()
      await (name === 'pi' ? fleet.startDevice('pi') : fleet.startControl())
      done[name]++
      plan.onProgress?.(`${answers.length} answers, ${cut} cut, ${done.pi} + ${done.control} kills`)
    }
  }
  await Promise.all([...Array.from({ length: plan.clients }, client), killer('pi'), killer('control')])
  return { answers, cut, kills: done }
}

async function ask(url: string, image: Uint8Array, requestId: string): Promise<AnswerSeen | undefined> {
  try {
    const response = await fetch(`${url}/v1/classify`, {
      method: 'POST',
      headers: { 'x-request-id': requestId },
      body: image,
    })
    if (response.status !== 200) return undefined
    const { labels, tier } = ClassifyAnswer.parse(await response.json())
    return { requestId, tier, label: labels[0]!.index, score: labels[0]!.score }
  } catch {
    // The worker was killed: a request that was cut has no answer.
    return undefined
  }
}

export interface Found {
  /** Answers without a decision. */
  readonly lost: readonly AnswerSeen[]
  /** Requests with more than one. */
  readonly double: readonly string[]
  /** Decisions that say something else than their answer did. */
  readonly other: readonly string[]
  /** Decisions of requests that were cut. */
  readonly unanswered: number
}

/** Waits until the device has handed in all, then compares. */
export async function compareDecisions(
  databaseUrl: string,
  { fleet, told }: { readonly fleet: Fleet; readonly told: Told },
): Promise<Found> {
  const device = await fleet.api.trpc.devices.get.query({ name: 'pi' })
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const read = async () => {
      const { rows } = await client.query<AnswerSeen>(
        `select request_id as "requestId", label, tier, score from decisions
          where device_id = $1 and request_id like 'asked-%' order by sequence`,
        [device.id],
      )
      return rows
    }
    // Whoever is lost is not waited for without end: no more come once two looks see the same.
    let seen = -1
    await until(
      'the device hands in no more',
      async () => {
        const { length } = await read()
        const isSame = length === seen
        seen = length
        if (isSame && length >= told.answers.length) return true
        await sleep(isSame ? 3_000 : 1_000)
        return isSame && (await read()).length === length
      },
      120_000,
    )
    return compare(told, await read())
  } finally {
    await client.end()
  }
}

function compare({ answers }: Told, rows: readonly AnswerSeen[]): Found {
  const counts = new Map<string, number>()
  for (const { requestId } of rows) counts.set(requestId, (counts.get(requestId) ?? 0) + 1)
  const byId = new Map(rows.map((row) => [row.requestId, row]))
  const isOther = (a: AnswerSeen) => {
    const row = byId.get(a.requestId)
    return row !== undefined && (row.label !== a.label || row.tier !== a.tier || row.score !== a.score)
  }
  return {
    lost: answers.filter(({ requestId }) => !counts.has(requestId)),
    double: [...counts].filter(([, count]) => count > 1).map(([id]) => id),
    other: answers.filter(isOther).map(({ requestId }) => requestId),
    unanswered: rows.length - answers.filter(({ requestId }) => counts.has(requestId)).length,
  }
}
