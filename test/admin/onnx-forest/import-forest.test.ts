// Forests to and from other tools through the public door: what is written can be read again and decides the same,
// and nothing is believed of a file that somebody did not stand up for.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { controlApp } from '#admin/app.ts'
import { CommandFailed } from '#admin/client/api.ts'
import { importForest as clientImport, trainRouter } from '#admin/client/work.ts'
import { FEATURE_NAMES } from '#contract/features.ts'
import { RouterDocument } from '#contract/router.ts'
import { forestScore } from '#core/route/forest-score.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { type Control, openControl, refusalOf } from '../control-rig.ts'
import { measurePair } from '../measured-pair.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')
const FIXTURE = path.join(import.meta.dirname, 'fixtures/two-weights.onnx')
const FIVE = FEATURE_NAMES.slice(0, 5)

let control: Control
let trained: Awaited<ReturnType<typeof trainRouter>>
beforeAll(async () => {
  control = await openControl()
  await measurePair(control)
  trained = await trainRouter({ trpc: control.admin }, { kind: 'forest', folds: 3 })
})
afterAll(() => control[Symbol.asyncDispose]())

type Import = Parameters<Control['admin']['routers']['importForest']['mutate']>[0]
const importForest = (input: Import) =>
  clientImport({ trpc: control.admin }, { folds: 3, trainedOnOtherImages: true, ...input })
const exported = async (id: string) =>
  Buffer.from((await control.admin.routers.exportForest.query({ id })).onnx, 'base64')

async function forestOf(digest: string) {
  const bytes = await control.ctx.artifacts.readVerified(digest)
  const document = RouterDocument.parse(JSON.parse(bytes.toString()))
  if (document.kind !== 'forest') throw new Error(`is of kind ${document.kind}`)
  return document
}

describe('a forest', () => {
  test('comes back as it went out: the same scores, its features by its own notes', async () => {
    const file = await control.put(await exported(trained.id))
    const imported = await importForest({ file })
    expect(imported).toMatchObject({ kind: 'forest', version: trained.version + 1 })
    expect(imported.provenance).toMatchObject({ importedFrom: file, features: trained.provenance.features })
    expect(imported.evaluation).toMatchObject({ kind: 'forest', images: 60, folds: 3 })
    const [before, after] = [await forestOf(trained.documentDigest), await forestOf(imported.documentDigest)]
    for (let i = 0; i < 200; i++) {
      const row = before.features.map((_, f) => ((i * 7919 + f * 104_729) % 1_009) / 10)
      // The file holds each value divided by the number of trees: one rounding more.
      expect(forestScore(after, row)).toBeCloseTo(forestScore(before, row), 14)
    }
  })

  test('of scikit-learn is judged on the pair’s images, by names that the user gives, at a threshold by the policy', async () => {
    const file = await control.put(await readFile(FIXTURE))
    const policy = { by: 'offload', target: 0.5 } as const
    const imported = await importForest({ file, features: FIVE, policy })
    expect(imported).toMatchObject({ labels: ['0', '1'], provenance: { features: FIVE, policy } })
    const document = await forestOf(imported.documentDigest)
    expect(document.trees).toHaveLength(10)
    expect(imported.evaluation.operating).toHaveLength(4)
    const routed = imported.evaluation.strategies.find((s) => s.name === 'router')
    expect(routed!.offloadShare).toBeLessThanOrEqual(0.6)
  })

  test('that was not uploaded is refused at once', async () => {
    const { code, message } = await refusalOf(importForest({ file: `sha256:${'0'.repeat(64)}` }))
    expect([code, message]).toEqual(['BAD_REQUEST', expect.stringContaining('was not uploaded')])
  })

  test('is refused where nobody says that it was trained on other images', async () => {
    const file = await control.put(await exported(trained.id))
    const { code, message } = await refusalOf(importForest({ file, trainedOnOtherImages: false }))
    expect(code).toBe('BAD_REQUEST')
    expect(message).toContain(
      'nothing says that it was trained on other images than those of data set "scenes"',
    )
    expect(message).toContain('--trained-on-other-images')
  })

  test.each<[string, () => Promise<Partial<Import>>, string]>([
    ['that names no features', async () => ({}), 'does not name its 5 features'],
    [
      'with too few names',
      async () => ({ features: FIVE.slice(1) }),
      'reads 5 features, expected as many names',
    ],
    [
      'that is no ONNX',
      async () => ({ file: await control.put('no forest at all') }),
      'Cannot read ONNX forest',
    ],
  ])('%s is refused with the reason', async (_, input, words) => {
    const file = await control.put(await readFile(FIXTURE))
    const refused = importForest({ file, ...(await input()) })
    await expect(refused).rejects.toThrow(CommandFailed)
    await expect(refused).rejects.toThrow(words)
  })

  test('is all that can be exported', async () => {
    const { id } = await trainRouter({ trpc: control.admin }, { kind: 'confidence', folds: 3 })
    const { message } = await refusalOf(control.admin.routers.exportForest.query({ id }))
    expect(message).toBe(`Cannot export router "${id}": is of kind confidence, expected forest`)
  })
})

test('tandem routers export and import move a forest through a file', async () => {
  const server = serve({ fetch: controlApp(control.ctx).fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  await using folder = await tempFolder('forest')
  const { port } = server.address() as AddressInfo
  const file = path.join(folder.path, 'forest.onnx')
  const tandem = async (...args: string[]) => {
    const child = spawn(process.execPath, [RUNNER, 'admin/cli/main.ts', 'routers', ...args], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        TANDEM_URL: `http://127.0.0.1:${port}`,
        TANDEM_API_KEY: control.keys.admin,
      },
    })
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    return { code, stdout, stderr }
  }
  expect(await tandem('export', trained.id, '--onnx', file)).toMatchObject({ code: 0, stderr: '' })
  expect(await readFile(file)).toEqual(await exported(trained.id))
  const undeclared = await tandem('import', file)
  expect([undeclared.code, undeclared.stdout]).toEqual([1, ''])
  expect(undeclared.stderr).toContain('--trained-on-other-images')
  const imported = await tandem('import', file, '--trained-on-other-images', '--folds', '3')
  expect(imported.code).toBe(0)
  expect(imported.stdout).toMatch(
    /\nVerdict: .*\n(.*\n)*Scores are those of class "1", taken as "needs the edge"\nRouter version \d+ /,
  )
  const lost = await tandem('import', path.join(folder.path, 'lost.onnx'), '--trained-on-other-images')
  expect(lost).toMatchObject({ code: 1, stderr: expect.stringContaining('expected an ONNX file') })
  server.close()
  await once(server, 'close')
})
