// Documents that must be refused, each by the path of the field that is wrong.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { ClassifyAnswer } from '#contract/classify.ts'
import {
  DecisionBatch,
  DeviceReport,
  EnrolRequest,
  FeatureBatch,
  JobAnswer,
  OutcomeBatch,
} from '#contract/device-api.ts'
import { ArtifactRef, Digest } from '#contract/digest.ts'
import { FunctionRequest } from '#contract/function-bindings.ts'
import { Manifest } from '#contract/manifest.ts'
import { ModelName, ModelRef } from '#contract/model.ts'
import { RouterDocument } from '#contract/router.ts'

const vector = (name: string) =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../vectors/${name}.json`), 'utf8'))

/** A copy of the vector with one value changed; undefined takes the field away. */
function changed(name: string, at: string, value: unknown): unknown {
  const document = vector(name)
  const keys = at.split('.')
  const last = keys.pop()!
  const holder = keys.reduce((node, key) => node[key], document)
  if (value === undefined) delete holder[last]
  else holder[last] = value
  return document
}

function refusedAt(schema: z.ZodType, document: unknown): string[] {
  const parsed = schema.safeParse(document)
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join('.'))
}

type Case = [at: string, value: unknown, path?: string]

function refuses(schema: z.ZodType, name: string, cases: readonly Case[]): void {
  expect(schema.safeParse(vector(name)).success).toBe(true)
  test.each(
    cases.map(([at, value, where = at]) => ({ at, value, where, shown: String(JSON.stringify(value)) })),
  )('$at: $shown', ({ at, value, where }) => {
    expect(refusedAt(schema, changed(name, at, value))).toContain(where)
  })
}

const digest = vector('artifact-ref').digest as string

describe('a digest', () => {
  test.each([
    '',
    digest.slice(0, -1),
    `${digest}0`,
    `${digest}\n`,
    ` ${digest}`,
    digest.toUpperCase(),
    digest.replace('sha256', 'SHA256'),
    digest.replace('sha256:', ''),
    digest.replace('sha256:', 'sha512:'),
    `sha256:${'g'.repeat(64)}`,
    `sha256:../../${'0'.repeat(58)}`,
    null,
    1,
  ])('%j is refused', (value) => {
    expect(Digest.safeParse(value).success).toBe(false)
  })
})

describe('an artifact', () => {
  refuses(ArtifactRef, 'artifact-ref', [
    ['sizeBytes', -1],
    ['sizeBytes', 1.5],
    ['sizeBytes', '12'],
    ['sizeBytes', Number.NaN],
    ['sizeBytes', 2 ** 60],
    ['digest', undefined],
  ])
})

describe('a forest', () => {
  refuses(RouterDocument, 'router.forest', [
    ['schema', 2],
    ['kind', 'oracle'],
    ['kind', undefined],
    ['threshold', Number.NaN],
    ['threshold', Number.POSITIVE_INFINITY],
    ['threshold', '0.5'],
    ['features', []],
    ['features.1', 'colourfulness'],
    ['features', ['contrast'], 'scaler.min'],
    ['features', ['contrast'], 'scaler.max'],
    ['features', ['contrast'], 'trees.0.feature.2'],
    ['scaler.min', [0]],
    ['scaler.max', [1, 2, 3]],
    ['scaler.min.0', Number.NaN],
    ['scaler.max.1', Number.NEGATIVE_INFINITY],
    ['trees', []],
    ['trees.0.feature', []],
    ['trees.0.feature.0', 2],
    ['trees.0.feature.0', -2],
    ['trees.0.feature.0', 0.5],
    ['trees.0.threshold', [0.25]],
    ['trees.0.threshold.0', Number.NaN],
    ['trees.0.threshold.2', Number.POSITIVE_INFINITY],
    ['trees.0.left', [1, 0, 3, 0]],
    ['trees.0.right', [2, 0, 4, 0, 0, 0]],
    ['trees.0.value', []],
    // A walk must end: no child at or before its parent, none behind the last node.
    ['trees.0.left.0', 0],
    ['trees.0.left.2', 2],
    ['trees.0.right.2', 1],
    ['trees.0.right.0', -1],
    ['trees.0.right.2', 5],
    ['trees.0.left.0', 1.5],
    ['trees.0.value.1', 1.01],
    ['trees.0.value.1', -0.01],
    ['trees.0.value.1', null],
  ])
})

describe('a logistic router', () => {
  refuses(RouterDocument, 'router.logistic', [
    ['inputs', []],
    ['inputs.1', 'contrast'],
    ['inputs', ['margin'], 'weights'],
    ['weights', [1, 2]],
    ['weights', undefined],
    ['weights.0', Number.NaN],
    ['weights.2', Number.POSITIVE_INFINITY],
    ['bias', undefined],
    ['bias', Number.NEGATIVE_INFINITY],
    ['threshold', undefined],
  ])
})

describe('a hybrid', () => {
  refuses(RouterDocument, 'router.hybrid', [
    ['features', []],
    ['inputs', []],
    ['inputs.0', 'softmax'],
    ['inputs', ['margin'], 'scaler.min'],
    ['inputs', ['margin'], 'trees.0.feature.2'],
    ['features', ['contrast'], 'scaler.max'],
    ['scaler.min', [0, 0]],
    ['scaler.max.3', Number.NaN],
    ['trees.0.feature.0', 4],
    ['trees.0.left.0', 0],
    ['trees', []],
    ['featuresVersion', undefined],
  ])
})

describe('a two-stage router', () => {
  refuses(RouterDocument, 'router.two-stage', [
    ['threshold', undefined],
    ['forestThreshold', undefined],
    ['forestThreshold', Number.NaN],
    ['forest', undefined],
    ['forest.features', []],
    ['forest.features', ['contrast'], 'forest.scaler.min'],
    ['forest.scaler.max', [1]],
    ['forest.trees', []],
    ['forest.trees.0.feature.0', 2],
    ['forest.trees.0.left.2', 2],
    ['forest.trees.0.threshold.0', Number.POSITIVE_INFINITY],
  ])
})

describe.each(['always-local', 'always-edge', 'random', 'confidence', 'margin', 'entropy'])(
  'the router %s',
  (kind) => {
    refuses(RouterDocument, `router.${kind}`, [
      ['threshold', undefined],
      ['threshold', null],
      ['threshold', Number.NaN],
      ['schema', 0],
    ])
  },
)

describe('a manifest', () => {
  refuses(Manifest, 'manifest', [
    ['schema', 2],
    ['deviceId', undefined],
    ['tier', 'cloud'],
    ['sequence', 0],
    ['sequence', -1],
    ['sequence', 1.5],
    ['sequence', '12'],
    ['issuedAt', '2026-01-02'],
    ['issuedAt', '2026-01-02T03:04:05+01:00'],
    ['expiresAt', undefined],
    ['deployment', undefined],
    ['deployment.version', 0],
    ['deployment.local.file.digest', 'sha256:short'],
    ['deployment.local.contract.input.width', 0],
    ['deployment.local.contract.input.height', 4_096],
    ['deployment.edge', null],
    ['deployment.router.kind', 'oracle'],
    ['deployment.router.version', 0],
    ['deployment.function.file.sizeBytes', -1],
    ['deployment.policy.edgeDeadlineMs', 5],
    ['deployment.policy.edgeConnectMs', 20_000],
    ['edges.0.url', 'over there'],
  ])
})

describe('a model', () => {
  refuses(ModelRef, 'model-ref', [
    ['contract.input.layout', 'chw'],
    ['contract.input.dtype', 'float16'],
    ['contract.input.crop', 0],
    ['contract.input.crop', 1.01],
    ['contract.input.resize', 'bicubic'],
    ['contract.input.channels', 'grb'],
    // Beside the crop that the document has.
    ['contract.input.shortSide', 256],
    ['contract.input.shortSide', 0],
    ['contract.output.background', 0],
    ['contract.input.mean', [0, 0]],
    ['contract.input.mean.1', Number.NaN],
    ['contract.input.std', [1, 0, 1]],
    ['contract.input.std', [1, -1, 1]],
    ['contract.input.name', ''],
    ['contract.output.kind', 'scores'],
    ['contract.output.name', ''],
  ])
  refuses(ModelRef, 'model-ref.short-side', [['contract.input.shortSide', 223]])

  test.each(['', 'Big', '-dash', '.dot', 'a b', 'a/b', `a${'b'.repeat(80)}`, 'ä', 'a\n'])(
    'the name %j',
    (name) => {
      expect(ModelName.safeParse(name).success).toBe(false)
    },
  )
})

describe('what a device sends', () => {
  describe('to enrol', () =>
    refuses(EnrolRequest, 'enrol-request', [
      ['code', ''],
      ['publicKey.kty', 'RSA'],
      ['publicKey.crv', 'X25519'],
      ['publicKey.x', 'AAAA'],
      ['publicKey.x', `${'A'.repeat(42)}=`],
      ['url', 'pi.local'],
      ['platform', 'x'.repeat(201)],
    ]))
  describe('as report', () =>
    refuses(DeviceReport, 'device-report', [
      ['sequence', -1],
      ['state', 'happy'],
      ['servingDeploymentId', undefined],
      ['message', 'x'.repeat(2_001)],
      ['functionDriver', ''],
      ['functionDriver', 'x'.repeat(41)],
      ['driverName', 7],
    ]))
  describe('as outcomes', () =>
    refuses(OutcomeBatch, 'outcome-batch', [
      ['outcomes', []],
      ['outcomes.0.index', -1],
      ['outcomes.0.top', []],
      ['outcomes.0.top.1.p', 1.1],
      ['outcomes.0.top.1.p', -0.1],
      ['outcomes.0.top.0.class', 0.5],
      ['outcomes.1.latencyMs', -1],
      ['outcomes.1.latencyMs', Number.NaN],
      ['outcomes.1.latencyMs', Number.POSITIVE_INFINITY],
    ]))
  describe('as features', () =>
    refuses(FeatureBatch, 'feature-batch', [
      ['rows.0.features', [1, 2, 3]],
      ['rows.0.features.28', Number.NaN],
      ['rows.0.features.0', Number.POSITIVE_INFINITY],
    ]))
  describe('as decisions', () =>
    refuses(DecisionBatch, 'decision-batch', [
      ['decisions', []],
      ['decisions.0.sequence', 0],
      ['decisions.0.at', 'now'],
      ['decisions.0.tier', 'cloud'],
      ['decisions.0.decision.reason', 'mood'],
      ['decisions.0.decision.score', undefined],
      ['decisions.0.energyJ', -1],
      ['decisions.0.byFallback', 'no'],
    ]))
})

describe('what a device is asked', () => {
  refuses(JobAnswer, 'job.profile', [
    ['job.kind', 'train'],
    ['job.count', 0],
    ['job.from', -1],
    ['job.images.digest', 'x'],
    ['job.model', undefined],
    ['job', undefined],
  ])
})

describe('an answer and a function’s request', () => {
  refuses(ClassifyAnswer, 'classify-answer', [
    ['labels', []],
    ['tier', 'cloud'],
    ['timingsMs.total', 'long'],
    ['energyJ.method', 'guess'],
    ['decision', undefined],
    ['byFallback', undefined],
  ])
  refuses(FunctionRequest, 'function.request', [
    ['lot', 1],
    ['lot', -0.1],
    ['topK', 6],
    ['preference', 'cheap'],
  ])
})
