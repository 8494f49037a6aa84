// The report of a pair as a job of the control plane: started, followed, asked for again. The pair is the made-up one whose confidence is good and whose features are noise; two of its images have
// the same pixels.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PairReport } from '#contract/results/pair-report.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { until } from '#test/harness/until.ts'
import { type Control, openControl, refusalOf, trained } from './control-rig.ts'
import { featureRow } from './fake-device.ts'
import { IMAGES, type MeasuredPair, measurePair } from './measured-pair.ts'

/** The first and the last image are one picture. */
const pixelsOf = (index: number) => digestOf(Buffer.from(`pixels ${index % (IMAGES - 1)}`))

let control: Control
let pair: MeasuredPair
beforeAll(async () => {
  control = await openControl()
  pair = await measurePair(control, (index) => ({ ...featureRow(index), pixels: pixelsOf(index) }))
})
afterAll(() => control[Symbol.asyncDispose]())

type Options = Parameters<Control['admin']['evaluations']['start']['mutate']>[0]
const QUICK = { folds: 3, learners: false, featureChoice: 'paper', duplicates: 'leave-out' } as const
const start = (options: Options = {}) => control.admin.evaluations.start.mutate({ ...QUICK, ...options })
const ended = (id: string) =>
  until(
    'the evaluation ends',
    async () => {
      const row = await control.admin.evaluations.get.query({ id })
      return row.state === 'running' ? undefined : row
    },
    60_000,
  )

describe.concurrent('an evaluation', () => {
  test('ends with the report of the newest pair, named and judged as asked', async () => {
    const started = await start({ kinds: ['confidence', 'forest'], seed: 7 })
    expect(started).toMatchObject({ state: 'running', selectionId: pair.selectionId, report: null })
    const row = await ended(started.id)
    expect(row).toMatchObject({ state: 'done', error: null })
    const report = PairReport.parse(row.report)
    expect(report).toMatchObject({
      ...{ localModel: 'light', edgeModel: 'heavy', dataset: 'scenes' },
      ...{ images: IMAGES - 1, duplicatesLeftOut: 1, folds: 3, seed: 7, featureChoice: 'paper' },
      ...{ learners: [], featureSelections: [] },
    })
    expect(report.routers.map((r) => [r.kind, r.verdict.beatsChance])).toEqual([
      ['forest', false],
      ['confidence', true],
    ])
    expect(report.costs.featuresMs).toBe(2)
  })

  test('is the same report for the same seed', async () => {
    const both = { kinds: ['confidence'] } satisfies Options
    const first = await ended((await start(both)).id)
    const second = await ended((await start(both)).id)
    expect(second.id).not.toBe(first.id)
    expect(second.report).toEqual(first.report)
  })

  test('that eight clicks ask for at once is one; asked in other words it is the same', async () => {
    const click = { kinds: ['margin', 'entropy'], seed: 8 } satisfies Options
    const again = {
      ...click,
      kinds: ['entropy', 'margin', 'entropy'],
      policy: { by: 'offload', target: 0.3 },
    } satisfies Options
    const clicks = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((i) => start(i % 2 ? click : again)))
    expect(new Set(clicks.map((c) => c.id)).size).toBe(1)
    const other = await start({ ...click, seed: 9 })
    expect(other.id).not.toBe(clicks[0]!.id)
    await Promise.all([ended(clicks[0]!.id), ended(other.id)])
  })

  test.each<[string, Options, RegExp]>([
    [
      'images with the same pixels',
      { duplicates: 'refuse', seed: 3 },
      /^Cannot judge routers: 1 picture in more than one fold \(rows 0 and 59 /,
    ],
  ])('fails on %s with the words of the core', async (_, options, words) => {
    const row = await ended((await start(options)).id)
    expect(row).toMatchObject({ state: 'failed', report: null })
    expect(row.error).toMatch(words)
    expect(row.finishedAt).not.toBeNull()
  })

  test('of all kinds with learners tells how far it is', async () => {
    const { id } = await start({ learners: true, featureChoice: 'nested', folds: 2 })
    const stages = new Set<string>()
    const row = await until(
      'the evaluation ends',
      async () => {
        const now = await control.admin.evaluations.get.query({ id })
        stages.add(now.progress.stage)
        expect(now.progress.done).toBeLessThanOrEqual(now.progress.total)
        return now.state === 'running' ? undefined : now
      },
      60_000,
    )
    expect(row.state).toBe('done')
    expect([...stages]).toEqual(expect.arrayContaining(['start', 'compare learners']))
    expect(PairReport.parse(row.report).learners.map((l) => l.learner)).toHaveLength(4)
  })
})

describe('evaluations', () => {
  test('are listed newest first, without their reports', async () => {
    const { id } = await start({ kinds: ['entropy'], seed: 21 })
    await ended(id)
    const { items: all } = await control.admin.evaluations.list.query()
    expect(all[0]).toMatchObject({ id, state: 'done', options: { seed: 21, kinds: ['entropy'] } })
    expect(all.filter((row) => 'report' in row)).toEqual([])
  })

  test.each<[string, Options, string]>([
    ['one fold', { folds: 1 }, 'folds'],
    ['no kind', { kinds: [] }, 'kinds'],
    ['a share of 2', { policy: { by: 'offload', target: 2 } }, 'policy.target'],
  ])('are not started with %s', async (_, options, field) => {
    const { code, fields } = await refusalOf(start(options))
    expect([code, fields?.[0]?.path]).toEqual(['BAD_REQUEST', field])
  })

  test('are not started for a selection that does not exist, nor by a viewer; a viewer may look', async () => {
    expect((await refusalOf(start({ selection: 'sel_none' }))).code).toBe('NOT_FOUND')
    const viewer = control.as(control.keys.viewer)
    expect((await refusalOf(viewer.evaluations.start.mutate(QUICK))).code).toBe('FORBIDDEN')
    expect((await viewer.evaluations.list.query()).items).not.toEqual([])
    expect((await refusalOf(viewer.evaluations.get.query({ id: 'evl_none' }))).code).toBe('NOT_FOUND')
  })
})

describe('train', () => {
  const train = (options: Parameters<typeof trained>[1]) =>
    trained(control, { folds: 3, duplicates: 'leave-out', ...options })

  test('keeps how the threshold was set, what the router reads, and that equal pixels were looked for', async () => {
    const policy = { by: 'guarantee', alpha: 0.2, delta: 0.1 } as const
    const { provenance, evaluation } = await train({ kind: 'two-stage', policy, featureChoice: 'nested' })
    expect(provenance).toMatchObject({ policy, featureChoice: 'nested', leakCheck: 'duplicates-left-out' })
    expect(provenance.features).toEqual(evaluation.featureSelection?.selected)
    expect(evaluation).toMatchObject({ kind: 'two-stage', images: IMAGES - 1, policy })
    expect(evaluation.equalEnergy).toBeDefined()
  })

  test.each(['margin', 'entropy', 'logistic', 'hybrid', 'random', 'always-local', 'always-edge'] as const)(
    'takes the kind %s',
    async (kind) => {
      const { evaluation, provenance } = await train({ kind })
      expect(evaluation.kind).toBe(kind)
      expect(provenance.features).toHaveLength(kind === 'hybrid' ? 7 : 0)
    },
  )

  test('understands clients of before policies', async () => {
    const { provenance, evaluation } = await train({ kind: 'confidence', offloadTarget: 0.2 })
    expect(provenance.policy).toEqual({ by: 'offload', target: 0.2 })
    expect(evaluation.offloadTarget).toBe(0.2)
  })

  test('refuses images with the same pixels in the words of the core', async () => {
    const refused = train({ kind: 'confidence', duplicates: 'refuse' })
    await expect(refused).rejects.toThrow(/^Cannot judge routers: 1 picture in more than one fold/)
  })
})
