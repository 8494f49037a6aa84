// `tandem keys` and `tandem devices` as processes against a control plane that listens: a rotation of the signing key
// from its beginning to its end over a fleet that polls, and what a person is told of devices.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { type ServerType, serve } from '@hono/node-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { controlApp } from '#admin/app.ts'
import type { Context } from '#admin/context.ts'
import { openManifestSigner } from '#admin/manifest-signer.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { openRolloutRig, type RolloutRig, type SimulatedFleet } from './rollout-rig.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

let rig: RolloutRig
let fleet: SimulatedFleet
let server: ServerType
let url: string

/** The files are read at a start alone. */
async function restart(): Promise<void> {
  server?.close()
  const { control } = rig
  Object.assign(control.ctx, { signer: await openManifestSigner(control.home) } satisfies Partial<Context>)
  server = serve({ fetch: controlApp(control.ctx).fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  rig = await openRolloutRig()
  await restart()
  await rig.control.admin.devices.revoke.mutate({ name: 'pi' })
  await rig.control.admin.devices.revoke.mutate({ name: 'tx2' })
  fleet = await rig.fleet({ local: 2, edge: 1 })
  await fleet.settle()
})
afterAll(async () => {
  server.close()
  await rig[Symbol.asyncDispose]()
})

async function tandem(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, TANDEM_URL: url, TANDEM_API_KEY: rig.control.keys.admin }
  const command = [RUNNER, path.join(ROOT, 'admin/cli/main.ts'), '--home', rig.control.home, ...args]
  return promisify(execFile)(process.execPath, command, { cwd: ROOT, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (failed: { code: number; stdout: string; stderr: string }) => failed,
  )
}

test('a key is added, rotated to and retired while devices poll, and none of them is lost', {
  timeout: 90_000,
}, async () => {
  const { kid: first } = rig.control.ctx.signer.publicKey
  const added = await tandem('--json', 'keys', 'add')
  expect(added.code).toBe(0)
  const { kid: next } = JSON.parse(added.stdout) as { kid: string }

  const early = await tandem('keys', 'rotate', next)
  expect(early).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('expected it to be restarted first'),
  })
  await restart()
  const untold = await tandem('keys', 'rotate', next)
  expect(untold.stderr).toMatch(
    /3 of 3 devices do not trust key ".*" yet \(field-1-edge-0, .*\), expected all/,
  )
  await fleet.turn(2)
  const list = await tandem('keys', 'list')
  expect(list.stdout).toMatch(new RegExp(`${first}\\s+yes\\s+3 of 3`))
  expect(list.stdout).toMatch(new RegExp(`${next}\\s+no\\s+3 of 3`))

  expect((await tandem('keys', 'retire', first)).stderr).toContain('it signs')
  expect(await tandem('keys', 'rotate', next.slice(0, 8))).toMatchObject({ code: 0 })
  await restart()
  expect(rig.control.ctx.signer.publicKey.kid).toBe(next)
  await fleet.promote()
  await fleet.turn(3)
  expect(await tandem('keys', 'retire', first)).toMatchObject({ code: 0 })
  await restart()
  await fleet.turn(2)
  expect((await rig.control.admin.keys.list.query()).items).toEqual([
    { kid: next, signs: true, trustedBy: 3, devices: 3, unaware: [] },
  ])
})

test('devices list says what runs their functions, what they serve and who is behind', {
  timeout: 60_000,
}, async () => {
  const current = await fleet.current()
  const version = current!.deployment.version
  const [away, there] = fleet.of('local')
  const rowOf = (stdout: string, name: string) =>
    stdout.split('\n').find((line) => line.startsWith(`${name} `))!
  away!.isAway = true
  const { deployment } = await fleet.promote()
  await fleet.turn(3)
  const { stdout } = await tandem('devices', 'list')
  expect(stdout.split('\n')[0]).toMatch(/^name +tier +group +state +driver +deployment +behind +url/)
  expect(rowOf(stdout, there!.name)).toMatch(new RegExp(` serving +none +${deployment.version} +no +http`))
  expect(rowOf(stdout, away!.name)).toMatch(
    new RegExp(` serving +none +${version} +yes: ${deployment.version} +http`),
  )
  const shown = await tandem('devices', 'show', away!.name)
  expect(shown.stdout).toMatch(new RegExp(`^behind +yes: ${deployment.version}$`, 'm'))
  expect(shown.stdout).toMatch(/^function driver +none$/m)
  expect(await tandem('devices', 'show', 'nobody')).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('Cannot find device "nobody"'),
  })
})
