// Wrong inputs by the path of each field: alone and in batches, deep inside, and in unions.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { firstField, inputFields } from '#admin/api/call/input-fields.ts'
import { type Control, jsonBody, openControl } from '../control-rig.ts'

let control: Control
beforeAll(async () => {
  control = await openControl()
})
afterAll(() => control[Symbol.asyncDispose]())

interface Answer {
  readonly result?: unknown
  readonly error?: { message: string; data: { code: string; path: string; fields?: { path: string }[] } }
}

async function batch(paths: string[], inputs: unknown[]): Promise<{ status: number; answers: Answer[] }> {
  const answer = await control.request(`/trpc/${paths.join(',')}?batch=1`, {
    ...jsonBody(Object.fromEntries(inputs.entries())),
    headers: { authorization: `Bearer ${control.keys.admin}`, 'content-type': 'application/json' },
  })
  return { status: answer.status, answers: (await answer.json()) as Answer[] }
}

test('in a batch each call fails for itself, by its own fields', async () => {
  const { status, answers } = await batch(
    ['rollouts.promote', 'aliases.protect', 'devices.createEnrolment'],
    [
      { router: '1', stages: [{ share: 0.5 }, { share: 7 }] },
      { name: 'canary' },
      { name: 'Big', tier: 'cloud' },
    ],
  )
  expect(status).toBe(207)
  expect(answers.map(({ error }) => error?.data.fields?.map((f) => f.path))).toEqual([
    ['stages.1.share'],
    undefined,
    ['name', 'tier'],
  ])
  expect(answers[1]!.result).toBeDefined()
  expect(answers.map(({ error }) => error?.data.path)).toEqual([
    'rollouts.promote',
    undefined,
    'devices.createEnrolment',
  ])
})

const Union = z.object({
  what: z.union([
    z.object({ kind: z.literal('disk'), folder: z.string() }),
    z.object({ kind: z.literal('bucket'), name: z.string(), at: z.object({ port: z.number() }) }),
  ]),
})

test.each<[unknown, string[]]>([
  [{ what: { kind: 'disk', folder: 3 } }, ['what.folder']],
  [{ what: { kind: 'bucket', name: 'x', at: { port: 'y' } } }, ['what.at.port']],
  [{ what: 3 }, ['what']],
  [{}, ['what']],
])('of a union the alternative that came nearest speaks: %j', (input, paths) => {
  const fields = inputFields(Union.safeParse(input).error!.issues)
  expect(fields.map(({ path }) => path)).toEqual(paths)
  expect(firstField(fields)).toMatch(/^Cannot read field "what/)
})

test('an input that is no object says so of the whole', () => {
  const fields = inputFields(Union.safeParse('x').error!.issues)
  expect(firstField(fields)).toBe('Cannot read the input: Invalid input: expected object, received string')
})
