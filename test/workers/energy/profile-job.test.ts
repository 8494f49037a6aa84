// A profile on a real worker that is killed in the middle, and one that an admin cancels: as processes of their own,
// with a real model.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addModel } from '#admin/client/add-model.ts'
import { labelBytes, readLabelFile } from '#admin/client/labels/label-file.ts'
import { waitForJobs } from '#admin/client/wait.ts'
import { sceneFile, writeScenes } from '#demo/write-scenes.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { Fleet } from '#test/harness/fleet.ts'
import { until } from '#test/harness/until.ts'

const MODELS = path.resolve(import.meta.dirname, '../../../demo/models')
/** Many batches of 50, so that a kill hits one in the middle. */
const IMAGES = 250
const SCENES = 8

let database: TestDatabase
let fleet: Fleet
beforeAll(async () => {
  database = await createTestDatabase()
  fleet = await Fleet.create(database.url)
  await fleet.startControl()
  await fleet.startDevice('tx2')
  const folder = path.join(fleet.home, 'scenes')
  await writeScenes({ folder, split: 'test', count: SCENES })
  const labels = path.join(folder, 'classes.txt')
  const document = JSON.parse(await readFile(path.join(MODELS, 'inception_v4.json'), 'utf8'))
  await addModel(fleet.api, {
    ...document,
    name: 'heavy',
    file: path.join(MODELS, 'inception_v4.onnx'),
    labels,
  })
  const scenes = await Promise.all(
    Array.from({ length: SCENES }, (_, i) => readFile(path.join(folder, sceneFile('test', i)))),
  )
  const images = await Promise.all(
    Array.from({ length: IMAGES }, async (_, i) => {
      // What follows a PNG's end belongs to nobody: another file, the same picture.
      const { digest } = await fleet.api.upload(
        Buffer.concat([scenes[i % SCENES]!, Buffer.from(`${i}`)]),
        'image/png',
      )
      return { digest, label: 0, path: `${i}.png` }
    }),
  )
  const { digest } = await fleet.api.upload(labelBytes(await readLabelFile(labels)), 'application/json')
  for (const name of ['killed', 'cancelled'])
    await fleet.api.trpc.datasets.create.mutate({ name, labels: digest, images })
})
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]()
  await database?.drop()
})

const begin = async (dataset: string) => {
  const jobs = await fleet.api.trpc.profiles.create.mutate({ dataset, models: ['heavy'] })
  return jobs.find((job) => job.kind === 'profile')!.id
}
const jobOf = async (id: string) => (await fleet.api.trpc.profiles.list.query({ ids: [id] })).items[0]!
const underWay = (id: string) =>
  until(
    'some rows are stored',
    async () => {
      const job = await jobOf(id)
      return job.done > 0 && job.state === 'running' && job
    },
    30_000,
  )

/** Where the worker says that it began the job. */
const begins = (id: string): number[] =>
  [...fleet.process('tx2').output.matchAll(/^\{.*"msg":"job begins".*$/gm)]
    .map(([line]) => JSON.parse(line) as { job: string; from: number })
    .filter(({ job }) => job === id)
    .map(({ from }) => from)

test('a worker that was killed in the middle of a profile goes on at the image that it had reached', {
  timeout: 90_000,
}, async () => {
  const id = await begin('killed')
  await underWay(id)
  await fleet.process('tx2').kill('SIGKILL')
  const { done, state } = await jobOf(id)
  expect(state).toBe('running')
  expect(done).toBeGreaterThan(0)
  expect(done).toBeLessThan(IMAGES)

  await fleet.startDevice('tx2')
  const [job] = await waitForJobs(fleet.api, [await jobOf(id)] as never, () => undefined)
  const [from, ...more] = begins(id)
  expect(more).toEqual([])
  // A batch that was on its way when the worker died may have been stored after we looked.
  expect([done, done + 50]).toContain(from)
  expect(job).toMatchObject({ state: 'done', done: IMAGES, summary: { images: IMAGES } })
  // The energy is told of the images that the second run measured.
  expect(job!.result!.energy).toMatchObject({ method: 'model', images: IMAGES - from! })
})

test('a worker stops a cancelled profile within a batch, and nobody begins it again', {
  timeout: 90_000,
}, async () => {
  const id = await begin('cancelled')
  await underWay(id)
  const cancelled = await fleet.api.trpc.profiles.cancel.mutate({ id })
  expect(cancelled).toMatchObject({ state: 'cancelled' })
  expect(cancelled.done).toBeLessThan(IMAGES)
  await expect(waitForJobs(fleet.api, [cancelled] as never, () => undefined)).rejects.toThrow(
    `Cannot profile: job "${id}" was cancelled`,
  )
  // The worker is free for the next job, which it only takes when it has let go of this one.
  const again = await begin('cancelled')
  expect(again).not.toBe(id)
  await underWay(again)
  expect(begins(id)).toEqual([0])
  expect(await jobOf(id)).toMatchObject({ state: 'cancelled', done: cancelled.done, summary: null })
  await fleet.api.trpc.profiles.cancel.mutate({ id: again })
  expect(fleet.process('tx2').isAlive).toBe(true)
})
