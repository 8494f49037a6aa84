// What happens after an answer, on a real fleet: images that stayed are shown to the edge where the deployment asks for
// it, hard ones reach the control plane and leave it as a folder for labelling, and `local-only` is neither.

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { classify } from '#admin/client/classify.ts'
import type { ClassifyAnswer } from '#contract/classify.ts'
import type { Preference } from '#contract/decision.ts'
import type { Deployment } from '#contract/deployment.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { until } from '#test/harness/until.ts'
import { type ObservedFleet, observedFleet } from './observed-fleet.ts'
import { runTandem } from './run-tandem.ts'

let database: TestDatabase
let observed: ObservedFleet
let deployment: Deployment

beforeAll(async () => {
  database = await createTestDatabase()
  observed = await observedFleet(database.url)
}, 120_000)
afterAll(async () => {
  await observed?.[Symbol.asyncDispose]()
  await database?.drop()
})

const trpc = () => observed.fleet.api.trpc

async function askAll(preference: Preference): Promise<ClassifyAnswer[]> {
  const answers: ClassifyAnswer[] = []
  for (const bytes of observed.images)
    answers.push(await classify(bytes, { url: observed.fleet.url('pi'), preference }))
  return answers
}

/** Images that the edge device has answered, whoever asked, as far as it has told. */
async function seenByEdge(): Promise<number> {
  const { id } = await trpc().devices.get.query({ name: 'tx2' })
  const totals = await trpc().decisions.totals.query({})
  return totals.filter((t) => t.deviceId === id).reduce((sum, t) => sum + t.images, 0)
}

async function decidedByPi(): Promise<number> {
  const { id } = await trpc().devices.get.query({ name: 'pi' })
  const totals = await trpc().decisions.totals.query({})
  return totals.filter((t) => t.deviceId === id).reduce((sum, t) => sum + t.images, 0)
}

const auditsOf = async ({ id }: Deployment) =>
  (await trpc().decisions.disagreement.query({})).find((d) => d.deploymentId === id)

const digests = (answers: readonly ClassifyAnswer[], isWanted: (a: ClassifyAnswer) => boolean) =>
  new Set(observed.images.filter((_, i) => isWanted(answers[i]!)).map((bytes) => digestOf(bytes)))

describe('a deployment that asks for nothing', () => {
  test('is answered by the edge for what was sent there, and keeps no image', {
    timeout: 90_000,
  }, async () => {
    deployment = await observed.promote({}, 0.3)
    const answers = await askAll('balanced')
    await askAll('local-only')
    const sent = answers.filter((a) => a.tier === 'edge').length
    await until(
      'all is told',
      async () => (await decidedByPi()) >= 2 * answers.length && (await seenByEdge()) >= sent,
      30_000,
    )
    expect(await seenByEdge()).toBe(sent)
    expect(await auditsOf(deployment)).toBeUndefined()
    expect((await trpc().captures.list.query({ limit: 10 })).items).toEqual([])
  })
})

describe('a deployment that asks for audits and captures', () => {
  let answers: ClassifyAnswer[]

  test('shows every image that its router kept to the edge, and none that is to stay', {
    timeout: 90_000,
  }, async () => {
    deployment = await observed.promote({ auditShare: 1, captureQuotaMb: 10 }, 0.3)
    const before = await seenByEdge()
    await askAll('local-only')
    answers = await askAll('balanced')
    const kept = answers.filter((a) => a.tier === 'local' && a.decision.reason === 'routed').length
    expect(kept).toBeGreaterThan(0)
    await until(
      'every audit is told',
      async () => ((await auditsOf(deployment))?.audits ?? 0) >= kept,
      30_000,
    )
    await until('the edge has told too', async () => (await seenByEdge()) >= before + answers.length, 30_000)
    expect((await auditsOf(deployment))!.audits).toBe(kept)
    expect(await seenByEdge()).toBe(before + answers.length)
  })

  test('tells how often the tiers disagree, with an interval', async () => {
    const { share, low, high, audits, disagreed } = (await auditsOf(deployment))!
    expect(share).toBe(disagreed / audits)
    expect(low).toBeLessThanOrEqual(share)
    expect(high).toBeGreaterThan(share)
    const told = await runTandem(observed.fleet, 'decisions', '--disagreement')
    expect(told.code).toBe(0)
    expect(told.stdout).toContain(`${(share * 100).toFixed(2)}%`)
  })

  test('hands in its hard images, each once, with what both tiers said', { timeout: 60_000 }, async () => {
    const wanted = digests(answers, (a) => a.tier === 'edge' && a.decision.reason === 'routed')
    expect(wanted.size).toBeGreaterThan(0)
    const rows = await until(
      'they are handed in',
      async () => {
        const { items: list } = await trpc().captures.list.query({ limit: 1_000 })
        const stored = list.filter((row) => row.storedAt !== null)
        return [...wanted].every((digest) => stored.some((row) => row.digest === digest)) && stored
      },
      40_000,
    )
    expect(new Set(rows.map((row) => row.digest)).size).toBe(rows.length)
    for (const row of rows) {
      expect(row.deploymentId).toBe(deployment.id)
      if (row.reason === 'offloaded')
        expect(row).toMatchObject({ localLabel: null, edgeLabel: expect.any(Number) })
      if (row.reason === 'disagreed') expect(row.localLabel).not.toBe(row.edgeLabel)
    }
  })

  test('writes them as a folder that can be labelled', { timeout: 60_000 }, async () => {
    const folder = path.join(observed.fleet.home, 'export')
    const told = await runTandem(observed.fleet, 'captures', 'export', folder)
    expect(told.code).toBe(0)
    const [head, ...lines] = (await readFile(path.join(folder, 'labels.csv'), 'utf8')).trim().split('\n')
    expect(head).toMatch(/^file,label,/)
    expect(lines.length).toBeGreaterThan(0)
    const known = new Set(observed.images.map((bytes) => digestOf(bytes)))
    for (const line of lines) {
      const [file, label] = line.split(',')
      expect(label).toBe('')
      expect(known).toContain(digestOf(await readFile(path.join(folder, file!))))
    }
    expect(await readdir(folder)).toHaveLength(lines.length + 1)
  })
})
