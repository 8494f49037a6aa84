// The promises in the comments of db/queries, each kept under concurrency.

import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isUniqueViolation } from '#db/db.ts'
import { jobOutcomes } from '#db/outcomes/outcome-rows.ts'
import { artifactSizes } from '#db/queries/artifacts.ts'
import { insertDecisions, lastDecision } from '#db/queries/decisions.ts'
import {
  appendJobRows,
  ensureDeviceJob,
  failDeviceJob,
  finishDeviceJob,
  jobFeatures,
  takeDeviceJob,
} from '#db/queries/device-jobs.ts'
import { enrolDevice, findDevice, listDevices } from '#db/queries/devices.ts'
import { pageDecisions } from '#db/queries/lists/decision-lists.ts'
import { enrolmentCodes } from '#db/schema/profile.ts'
import {
  addArtifact,
  addDataset,
  addDevice,
  addEnrolment,
  decisionAt,
  digestOf,
  enrolRequest,
  outcome,
} from './filled-database.ts'
import { openQueryRig, type QueryRig, times } from './query-rig.ts'

let rig: QueryRig
beforeAll(async () => {
  rig = await openQueryRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

const db = () => rig.database.db

describe('enrolDevice()', () => {
  test('of twenty devices with one code enrols exactly one', async () => {
    const hash = await addEnrolment(db(), 'wanted', 'local')
    const made = await times(20, () => enrolDevice(db(), hash, enrolRequest('local')))
    expect(made.filter(Boolean)).toHaveLength(1)
    expect((await listDevices(db())).filter((d) => d.name === 'wanted')).toHaveLength(1)
  })

  test('spends no code on a device that it cannot make', async () => {
    const hash = await addEnrolment(db(), 'pi', 'local') // The name is taken.
    await expect(enrolDevice(db(), hash, enrolRequest('local'))).rejects.toSatisfy(isUniqueViolation)
    const [code] = await db().select().from(enrolmentCodes).where(eq(enrolmentCodes.hash, hash))
    expect(code!.usedAt).toBeNull()
  })
})

async function newJob(total = 4, kind: 'profile' | 'features' = 'profile') {
  const device = await addDevice(db(), `device-${crypto.randomUUID()}`, 'edge')
  const draft = {
    kind,
    deviceId: device.id,
    datasetId: rig.filled.datasetId,
    modelId: kind === 'profile' ? rig.filled.modelId : null,
    featuresVersion: kind === 'profile' ? null : 1,
    total,
  }
  return { draft, job: await ensureDeviceJob(db(), draft) }
}

describe('ensureDeviceJob()', () => {
  test('twenty times at once is one job', async () => {
    const { draft, job } = await newJob()
    const again = await times(20, () => ensureDeviceJob(db(), draft))
    expect(new Set(again.map((j) => j.id))).toEqual(new Set([job.id]))
  })

  test('after a failure is a new job, after an end the finished one', async () => {
    const { draft, job } = await newJob(1)
    await failDeviceJob(db(), job.id, 'no memory')
    const second = await ensureDeviceJob(db(), draft)
    expect(second.id).not.toBe(job.id)
    await takeDeviceJob(db(), draft.deviceId)
    await appendJobRows(db(), second.id, { kind: 'profile', rows: [outcome(0)] })
    const result = {
      energy: { perImageJ: 1, method: 'model', source: 'made up' },
      peakMemoryBytes: 1,
    } as const
    await finishDeviceJob(db(), second.id, { result, summary: null })
    expect(await ensureDeviceJob(db(), draft)).toMatchObject({ id: second.id, state: 'done' })
    await failDeviceJob(db(), second.id, 'too late')
    expect(await ensureDeviceJob(db(), draft)).toMatchObject({ id: second.id, state: 'done' })
  })

  test('tells features and profiles of one data set apart', async () => {
    const { draft, job } = await newJob()
    const other = await ensureDeviceJob(db(), {
      ...draft,
      kind: 'features',
      modelId: null,
      featuresVersion: 1,
    })
    expect(other.id).not.toBe(job.id)
  })
})

describe('takeDeviceJob()', () => {
  test('twenty polls at once get one job, and a restarted device the same', async () => {
    const { draft, job } = await newJob()
    const taken = await times(20, () => takeDeviceJob(db(), draft.deviceId))
    expect(new Set(taken.map((j) => j?.id))).toEqual(new Set([job.id]))
    expect(await takeDeviceJob(db(), draft.deviceId)).toMatchObject({ id: job.id, state: 'running' })
  })
})

describe('appendJobRows()', () => {
  const append = (jobId: string, ...indexes: number[]) =>
    appendJobRows(db(), jobId, { kind: 'profile', rows: indexes.map(outcome) })
  async function running(total?: number) {
    const { draft, job } = await newJob(total)
    await takeDeviceJob(db(), draft.deviceId)
    return job.id
  }

  test('moves on row by row, refuses gaps and ignores repeats', async () => {
    const id = await running()
    expect(await append(id, 0, 1)).toBe(2)
    expect(await append(id, 0, 1)).toBe(2)
    expect(await append(id, 3)).toBe(2)
    expect(await append(id, 1, 2, 3)).toBe(4)
    expect(await append(id, 4)).toBe(4)
    expect((await jobOutcomes(db(), id)).map((o) => o.index)).toEqual([0, 1, 2, 3])
  })

  test('the same batch ten times at once is stored once', async () => {
    const id = await running()
    expect(new Set(await times(10, () => append(id, 0, 1, 2)))).toEqual(new Set([3]))
    expect(await jobOutcomes(db(), id)).toHaveLength(3)
  })

  test('batches that arrive in any order leave no gap', async () => {
    const id = await running(30)
    await times(30, (i) => append(id, 29 - i))
    const stored = (await jobOutcomes(db(), id)).map((o) => o.index)
    expect(stored).toEqual(stored.map((_, i) => i))
    expect(await append(id, stored.length)).toBe(stored.length + 1)
  })

  test('takes no rows before the job is taken, after it ended, nor of the other kind', async () => {
    const { draft, job } = await newJob()
    expect(await append(job.id, 0)).toBeUndefined()
    await takeDeviceJob(db(), draft.deviceId)
    const features = [{ index: 0, features: Array(29).fill(0), latencyMs: 1 }]
    expect(await appendJobRows(db(), job.id, { kind: 'features', rows: features })).toBeUndefined()
    await failDeviceJob(db(), job.id, 'enough')
    expect(await append(job.id, 0)).toBeUndefined()
  })

  test('keeps features to the last bit', async () => {
    const { draft, job } = await newJob(1, 'features')
    await takeDeviceJob(db(), draft.deviceId)
    const features = Array.from({ length: 29 }, (_, i) => Math.sqrt(i) * 10 ** (i - 15))
    await appendJobRows(db(), job.id, { kind: 'features', rows: [{ index: 0, features, latencyMs: 1 }] })
    expect((await jobFeatures(db(), job.id))[0]!.features).toEqual(features)
  })
})

test('a feature row keeps the digest of its pixels, and may have none', async () => {
  const { draft, job } = await newJob(2, 'features')
  await takeDeviceJob(db(), draft.deviceId)
  const row = { features: [1], latencyMs: 1 }
  const rows = [
    { ...row, index: 0, pixels: digestOf('pixels') },
    { ...row, index: 1 },
  ]
  await appendJobRows(db(), job.id, { kind: 'features', rows })
  expect(await jobFeatures(db(), job.id)).toEqual(rows)
})

describe('numbers that no float4 can hold', () => {
  test('an outcome keeps them', async () => {
    const { draft, job } = await newJob(1)
    await takeDeviceJob(db(), draft.deviceId)
    const row = { index: 0, top: [{ class: 2_147_483_647, p: 1e-50 }], latencyMs: 1e300 }
    await appendJobRows(db(), job.id, { kind: 'profile', rows: [row] })
    expect(await jobOutcomes(db(), job.id)).toEqual([row])
  })

  test('the latency of a feature row keeps them', async () => {
    const { draft, job } = await newJob(1, 'features')
    await takeDeviceJob(db(), draft.deviceId)
    const row = { index: 0, features: [1e-50], latencyMs: 5e-324 }
    await appendJobRows(db(), job.id, { kind: 'features', rows: [row] })
    expect(await jobFeatures(db(), job.id)).toEqual([row])
  })

  test('a decision keeps them', async () => {
    const { id } = await addDevice(db(), 'precise', 'local')
    const at = '2099-01-01T00:00:00.000Z' // The latest of all, so that it is listed first.
    const { decision, ...record } = { ...decisionAt(1), at, label: 2_147_483_647 }
    const numbers = { score: 1e-60, totalMs: 0.1 + 0.2, energyJ: 1e-50 }
    const routed = { ...decision, score: -1e-70, threshold: 1e100 }
    await insertDecisions(db(), id, [{ ...record, ...numbers, decision: routed }])
    const [stored] = (await pageDecisions(db(), { limit: 1 })).items
    expect(stored).toMatchObject({ deviceId: id, ...numbers, routerScore: -1e-70, threshold: 1e100 })
  })
})

test('artifactSizes() takes more digests than a statement has parameters', async () => {
  const stored = await addArtifact(db(), 'one of many')
  const others = Array.from({ length: 70_000 }, (_, i) => `sha256:${String(i).padStart(64, '0')}`)
  expect(await artifactSizes(db(), [...others, stored, stored])).toEqual(new Map([[stored, 11]]))
})

describe('insertDecisions()', () => {
  test('stores each sequence once, however batches overlap', async () => {
    const { id } = await addDevice(db(), 'decided', 'local')
    expect(await lastDecision(db(), id)).toBe(0)
    await times(10, (i) =>
      insertDecisions(
        db(),
        id,
        [1, 2, 3].map((n) => decisionAt(n + (i % 3))),
      ),
    )
    expect(await lastDecision(db(), id)).toBe(5)
    const { rowCount } = await rig.database.pool.query('select from decisions where device_id = $1', [id])
    expect(rowCount).toBe(5)
  })

  test('takes 1,000 in one statement', async () => {
    const { id } = await addDevice(db(), 'talkative', 'local')
    await insertDecisions(
      db(),
      id,
      Array.from({ length: 1_000 }, (_, i) => decisionAt(i + 1)),
    )
    expect(await lastDecision(db(), id)).toBe(1_000)
  })
})

test('a data set larger than one statement may be keeps its order', async () => {
  const count = 5_001
  const digest = await addArtifact(db(), 'image 0')
  const { insertDataset, datasetLabels } = await import('#db/queries/datasets.ts')
  const small = await addDataset(db(), 'small', 1)
  const images = Array.from({ length: count }, (_, i) => ({ digest, label: i, path: `${i}.png` }))
  const { id } = await insertDataset(db(), {
    name: 'large',
    labelsDigest: small.labelsDigest,
    imagesDigest: small.imagesDigest,
    images,
  })
  expect(await datasetLabels(db(), id)).toEqual(images.map((image) => image.label))
})

test('a device is found by its name and by its id', async () => {
  const device = await addDevice(db(), 'findable', 'edge')
  expect(await findDevice(db(), 'findable')).toEqual(device)
  expect(await findDevice(db(), device.id)).toEqual(device)
})
