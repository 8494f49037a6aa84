// Documents as they have crossed the network. A file in test/vectors is never changed once it is there: old devices
// and old databases hold its like. A change of the contract adds a file and its line in SHA256SUMS (`sha256sum
// *.json`); the old ones must still be read.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { ClassifyAnswer, ErrorBody, FunctionAnswer } from '#contract/classify.ts'
import { Deployment } from '#contract/deployment.ts'
import {
  DecisionAck,
  DecisionBatch,
  DeviceReport,
  EnrolAnswer,
  EnrolRequest,
  FeatureBatch,
  ImageList,
  JobAnswer,
  JobDone,
  JobFailed,
  OutcomeBatch,
} from '#contract/device-api.ts'
import { ArtifactRef } from '#contract/digest.ts'
import {
  EdgeCall,
  EdgeResult,
  FeaturesCall,
  FeaturesResult,
  FunctionDeployment,
  FunctionRequest,
  InferCall,
  InferResult,
} from '#contract/function-bindings.ts'
import { Manifest } from '#contract/manifest.ts'
import { LabelList, ModelDraft, ModelRef } from '#contract/model.ts'
import { CaptureAnswer, CaptureBatch } from '#contract/observe/capture.ts'
import { RouterDocument } from '#contract/router.ts'
import { RouterKind } from '#contract/router-kind.ts'

const FOLDER = path.resolve(import.meta.dirname, '../vectors')

/** By the beginning of a file's name; the longest that fits counts. */
const SCHEMAS: Record<string, z.ZodType> = {
  'artifact-ref': ArtifactRef,
  'capture-answer': CaptureAnswer,
  'capture-batch': CaptureBatch,
  'classify-answer': ClassifyAnswer,
  'decision-ack': DecisionAck,
  'decision-batch': DecisionBatch,
  deployment: Deployment,
  'device-report': DeviceReport,
  'enrol-answer': EnrolAnswer,
  'enrol-request': EnrolRequest,
  'error-body': ErrorBody,
  'feature-batch': FeatureBatch,
  'function.answer': FunctionAnswer,
  'function.deployment': FunctionDeployment,
  'function.edge-call': EdgeCall,
  'function.edge-result': EdgeResult,
  'function.features-call': FeaturesCall,
  'function.features-result': FeaturesResult,
  'function.infer-call': InferCall,
  'function.infer-result': InferResult,
  'function.request': FunctionRequest,
  'image-list': ImageList,
  job: JobAnswer,
  'job-done': JobDone,
  'job-failed': JobFailed,
  'label-list': LabelList,
  manifest: Manifest,
  'model-draft': ModelDraft,
  'model-ref': ModelRef,
  'outcome-batch': OutcomeBatch,
  router: RouterDocument,
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
const text = (name: string) => readFileSync(path.join(FOLDER, name), 'utf8')

function schemaOf(name: string): z.ZodType {
  const fits = Object.keys(SCHEMAS).filter((key) => name.startsWith(`${key}.`))
  return SCHEMAS[fits.sort((a, b) => b.length - a.length)[0]!]!
}

test('no vector was changed or taken away', () => {
  const sums = files.map((name) => `${createHash('sha256').update(text(name)).digest('hex')}  ${name}`)
  const noted = text('SHA256SUMS').trim().split('\n')
  expect(sums.sort()).toEqual(noted.sort())
})

test('every schema that crosses the network has a vector', () => {
  const used = new Set(files.map(schemaOf))
  expect(Object.keys(SCHEMAS).filter((key) => !used.has(SCHEMAS[key]!))).toEqual([])
})

test('every router kind has a vector', () => {
  const kinds = files.filter((name) => schemaOf(name) === RouterDocument).map((name) => name.split('.')[1])
  expect(RouterKind.options.filter((kind) => !kinds.includes(kind))).toEqual([])
})

/** What a newer peer may send: every object has a field that this build does not know. */
function fromTheFuture(value: unknown, key = ''): unknown {
  // A record takes any key, and a function's router is handed on unread.
  if (key === 'timingsMs' || key === 'router') return value
  if (Array.isArray(value)) return value.map((item) => fromTheFuture(item))
  if (value === null || typeof value !== 'object') return value
  const fields = Object.entries(value).map(([k, v]) => [k, fromTheFuture(v, k)])
  return { ...Object.fromEntries(fields), fromTheFuture: { of: [1] } }
}

describe.each(files)('%s', (name) => {
  const document: unknown = JSON.parse(text(name))
  const schema = schemaOf(name)

  if (name.includes('.minimal.'))
    test('parses; what it leaves out has a default', () => {
      const parsed = schema.parse(document)
      expect(parsed).toMatchObject(document as object)
      expect(parsed).not.toEqual(document)
      expect(schema.parse(parsed)).toEqual(parsed)
    })
  else
    test('parses and comes out as it went in', () => {
      expect(schema.parse(document)).toEqual(document)
      expect(JSON.parse(JSON.stringify(schema.parse(document)))).toEqual(document)
    })

  test('is read although a newer peer added fields everywhere', () => {
    expect(schema.parse(fromTheFuture(document))).toEqual(schema.parse(document))
  })
})
