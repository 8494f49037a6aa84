// What a refusal looks like from outside: a code, a sentence, the field; never a stack, a path or SQL.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Control, jsonBody, openControl, refusalOf } from './control-rig.ts'

let control: Control
beforeAll(async () => {
  control = await openControl()
})
afterAll(() => control[Symbol.asyncDispose]())

const post = (name: string, body: unknown, headers: Record<string, string> = {}) =>
  control.request(`/trpc/${name}`, {
    ...jsonBody(body),
    headers: {
      authorization: `Bearer ${control.keys.admin}`,
      'content-type': 'application/json',
      ...headers,
    },
  })

const digest = `sha256:${'0'.repeat(64)}`

describe('input errors name the field', () => {
  const model = { name: 'm', file: digest, labels: digest, contract: {} }
  test.each<[string, () => Promise<unknown>, string, string]>([
    [
      'a name with capitals',
      () => control.admin.models.create.mutate({ ...model, name: 'Big' } as never),
      'name',
      'expected lower-case letters, digits, ".", "_" or "-", at most 80',
    ],
    [
      'a digest that is none',
      () => control.admin.models.create.mutate({ ...model, file: 'md5:1' } as never),
      'file',
      'expected "sha256:" and 64 lower-case hex digits',
    ],
    [
      'a field deep inside',
      () =>
        control.admin.models.create.mutate({
          ...model,
          contract: { input: { crop: 2, name: 'x' } },
        } as never),
      'contract.input.crop',
      'Too big',
    ],
    [
      'an entry of a list',
      () =>
        control.admin.datasets.create.mutate({
          name: 'd',
          labels: digest,
          images: [
            { digest, label: 0, path: 'a' },
            { digest, label: -1, path: 'b' },
          ],
        }),
      'images.1.label',
      'Too small',
    ],
    [
      'a share over 1',
      () => control.admin.routers.train.mutate({ offloadTarget: 1.5 }),
      'offloadTarget',
      'Too big',
    ],
    [
      'a group with spaces',
      () => control.admin.rollouts.promote.mutate({ router: '1', group: 'my group' }),
      'group',
      'expected lower-case letters',
    ],
    [
      'an override without words',
      () => control.admin.rollouts.promote.mutate({ router: '1', override: 'because' }),
      'override',
      'Too small',
    ],
  ])('%s', async (_, call, path, words) => {
    const { code, status, message, fields } = await refusalOf(call())
    expect([code, status]).toEqual(['BAD_REQUEST', 400])
    expect(fields).toContainEqual({ path, message: expect.stringContaining(words) })
    expect(message).toMatch(/^Cannot read field "[^"]+": /)
  })
})

describe('unknown names are not found', () => {
  const group = 'nowhere'
  test.each<[string, () => Promise<unknown>, string]>([
    ['a model', () => control.admin.models.get.query({ name: 'x' }), 'Cannot find model "x"'],
    ['a data set', () => control.admin.datasets.get.query({ name: 'x' }), 'Cannot find data set "x"'],
    ['a device', () => control.admin.devices.get.query({ name: 'x' }), 'Cannot find device "x"'],
    [
      'a device to revoke',
      () => control.admin.devices.revoke.mutate({ name: 'x' }),
      'Cannot find device "x"',
    ],
    [
      'a profile to cancel',
      () => control.admin.profiles.cancel.mutate({ id: 'x' }),
      'Cannot find profile "x"',
    ],
    [
      'a data set to profile on',
      () => control.admin.profiles.create.mutate({ dataset: 'x', models: ['m'] }),
      'Cannot find data set "x"',
    ],
    [
      'a data set to list profiles of',
      () => control.admin.profiles.list.query({ dataset: 'x' }),
      'Cannot find data set "x"',
    ],
    ['a selection', () => control.admin.selections.get.query({ id: 'x' }), 'Cannot find selection "x"'],
    [
      'a data set to select on',
      () => control.admin.selections.create.mutate({ dataset: 'x' }),
      'Cannot find data set "x"',
    ],
    ['a router', () => control.admin.routers.get.query({ id: '77' }), 'Cannot find router "77"'],
    [
      'a selection to train on',
      () => control.admin.routers.train.mutate({ selection: 'x' }),
      'Cannot find selection "x"',
    ],
    [
      'a router to promote',
      () => control.admin.rollouts.promote.mutate({ router: '77' }),
      'Cannot find router "77"',
    ],
    [
      'a group to roll back',
      () => control.admin.rollouts.rollback.mutate({ group }),
      'Cannot roll back group "nowhere": nothing was promoted to it',
    ],
  ])('%s', async (_, call, words) => {
    const { code, status, message } = await refusalOf(call())
    expect([code, status]).toEqual(['NOT_FOUND', 404])
    expect(message).toContain(words)
  })

  test('a route', async () => {
    const answer = await control.request('/nothing/here')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({
      error: { code: 'not-found', message: 'Cannot find "/nothing/here": no such route' },
    })
  })

  test('a procedure', async () => {
    const answer = await post('models.destroy', {})
    expect(answer.status).toBe(404)
    expect(await answer.text()).not.toMatch(/stack|\.ts\b/)
  })
})

describe('what is wrong before any field', () => {
  test('a body that is not JSON', async () => {
    const answer = await post('models.create', '{"name": ')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { data: { code: 'BAD_REQUEST' } } })
  })

  test('a body over 32 MiB, by what it says of itself', async () => {
    const answer = await post('models.create', '{}', { 'content-length': String(40 * 1024 ** 2) })
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({
      error: { code: 'too-large', message: expect.stringContaining('33554432 bytes') },
    })
  })

  test('a batch of more than 20 calls', async () => {
    const names = Array.from({ length: 21 }, () => 'models.list').join(',')
    const answer = await control.request(`/trpc/${names}?batch=1`, {
      headers: { authorization: `Bearer ${control.keys.admin}` },
    })
    expect(answer.status).toBe(400)
  })

  test.each(['\0', '\ud800'])('a character that PostgreSQL cannot keep: %j', async (bad) => {
    const { code, message } = await refusalOf(control.admin.devices.get.query({ name: `x${bad}` }))
    expect(['BAD_REQUEST', 'NOT_FOUND']).toContain(code)
    expect(message).not.toMatch(/select|utf|encoding/i)
  })
})

test('a defect is told as one sentence; the log has its cause', async () => {
  const { pool } = control.database
  await pool.query('alter table models rename to models_away')
  try {
    const answer = await control.request('/trpc/models.list', {
      headers: { authorization: `Bearer ${control.keys.admin}` },
    })
    expect(answer.status).toBe(500)
    const text = await answer.text()
    expect(JSON.parse(text).error).toMatchObject({
      message: 'The control plane failed; its log has the cause',
      data: { code: 'INTERNAL_SERVER_ERROR' },
    })
    expect(text).not.toMatch(/select|from|relation|stack|node_modules|\.ts\b/i)
    expect(control.log.at(-1)).toContain('relation \\"models\\" does not exist')
  } finally {
    await pool.query('alter table models_away rename to models')
  }
})
