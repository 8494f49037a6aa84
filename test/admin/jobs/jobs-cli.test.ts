// `tandem jobs` as a person has it: what is under way, an end to it, and a worker in a terminal of its own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { controlApp } from '#admin/app.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { WorkerRig } from './worker-rig.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')

let rig: WorkerRig
let server: ReturnType<typeof serve>
beforeAll(async () => {
  rig = await WorkerRig.open()
  server = serve({ fetch: controlApp(rig.control.ctx).fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
}, 120_000)
afterAll(async () => {
  server.close()
  await rig[Symbol.asyncDispose]()
})

function begin(...args: string[]) {
  const { port } = server.address() as AddressInfo
  return spawn(process.execPath, [RUNNER, 'admin/cli/main.ts', ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      TANDEM_URL: `http://127.0.0.1:${port}`,
      TANDEM_API_KEY: rig.control.keys.admin,
      TANDEM_HOME: rig.control.home,
      DATABASE_URL: rig.control.databaseUrl,
      TANDEM_JOB_WORKERS: '1',
    },
  })
}

async function tandem(...args: string[]) {
  const child = begin(...args)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, stdout, stderr }
}

test('tandem jobs lists, shows and cancels', { timeout: 90_000 }, async () => {
  const { id } = await rig.control.admin.routers.train.mutate({ kind: 'confidence', folds: 2 })
  const listed = await tandem('jobs', 'list', '--state', 'queued')
  expect(listed.stdout).toMatch(/^job +kind +state +progress +attempt +asked by +asked at\n/)
  expect(listed.stdout).toMatch(new RegExp(`\\n${id} +training +queued +0% waiting +0 +the admin \\(`))
  expect((await tandem('jobs', 'show', id)).stdout).toMatch(new RegExp(`^Job ${id}: training, queued, 0% `))
  expect(await tandem('jobs', 'cancel', id)).toMatchObject({ code: 0, stdout: `Job ${id}: cancelled\n` })
  const waited = await tandem('jobs', 'show', id, '--wait')
  expect([waited.code, waited.stdout]).toEqual([1, ''])
  expect(waited.stderr).toMatch(/^Cancelled by the admin \(/)
  const wrong = await tandem('jobs', 'list', '--state', 'lost')
  expect(wrong).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"lost" is none of queued, running'),
  })
})

test('tandem jobs work is a worker, shown by train, until it is told to stop', {
  timeout: 90_000,
}, async () => {
  const worker = begin('jobs', 'work')
  const said = text(worker.stdout)
  const { code, stdout, stderr } = await tandem('train', '--kind', 'confidence', '--folds', '2')
  expect(code).toBe(0)
  expect(stdout).toMatch(/\nRouter version 1 \(rtr_\w+\)\n$/)
  expect(stderr).toMatch(/ {2}train 100% 4\/4\n$/)
  worker.kill('SIGTERM')
  expect(await once(worker, 'exit')).toEqual([0, null])
  expect(await said).toContain('job done')
})
