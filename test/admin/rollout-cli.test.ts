// `tandem promote --stages` and `tandem rollouts` as processes, against a control plane that listens and drives.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { controlApp } from '#admin/app.ts'
import { driveRollouts } from '#admin/jobs/rollout-driver.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { openRolloutRig, type RolloutRig, type SimulatedFleet } from './rollout-rig.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

let rig: RolloutRig
let fleet: SimulatedFleet
let url: string
const closers: (() => PromiseLike<unknown> | unknown)[] = []
beforeAll(async () => {
  rig = await openRolloutRig()
  closers.push(() => rig[Symbol.asyncDispose]())
  const driver = driveRollouts(rig.control.ctx)
  closers.push(() => driver[Symbol.asyncDispose]())
  const server = serve({ fetch: controlApp(rig.control.ctx).fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  fleet = await rig.fleet({ local: 2, edge: 1 })
  await fleet.settle()
})
afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

/** Runs the command while the fleet polls. */
async function tandem(args: readonly string[]) {
  const child = spawn(process.execPath, [RUNNER, path.join(ROOT, 'admin/cli/main.ts'), ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, TANDEM_URL: url, TANDEM_API_KEY: rig.control.keys.admin },
  })
  const ended = { code: undefined as number | null | undefined, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    ended.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    ended.stderr += chunk
  })
  child.once('close', (code) => {
    ended.code = code
  })
  while (ended.code === undefined) {
    for (const device of fleet.devices) await device.poll()
    await sleep(50)
  }
  return ended
}

const promote = (fn: string, ...more: string[]) => [
  'promote',
  '--group',
  fleet.group,
  '--function',
  fn,
  ...more,
]

test('promote by stages shows each stage live and ends with 0 when it is current', async () => {
  const ended = await tandem(promote('classify', '--stages', '50%,100%', '--alias', 'tried'))
  expect(ended).toMatchObject({ code: 0 })
  expect(ended.stderr).toMatch(/Rollout rol_\w+ of deployment \d+/)
  expect(ended.stderr).toContain(`tandem: Stage 1 of 2: 50 % of group "${fleet.group}"`)
  expect(ended.stderr).toMatch(/stage 2\/2 \S+ 100%: .*serving/)
  expect(ended.stdout).toMatch(/^Deployment \d+ is current: rollout "rol_\w+" has completed\n$/)
})

test('a rollout that is sent back ends the command with 1 and the reason', async () => {
  const another = await rig.control.put('export default { fetch: () => new Response("another") }')
  await rig.control.admin.functions.create.mutate({ name: 'another', file: another })
  const locals = fleet.of('local')
  for (const device of locals) device.isBroken = () => true
  const ended = await tandem(promote('another', '--stages', '50%,100%'))
  for (const device of locals) device.isBroken = () => false
  expect(ended.code).toBe(1)
  expect(ended.stdout).toBe('')
  expect(ended.stderr).toMatch(/is rolled-back: Stage 1 of 2: 1 of 1 local devices failed to activate it/)
})

test('rollouts show, list and approve tell what a person needs', async () => {
  for (const device of fleet.devices) await device.poll()
  const stages = [{ share: 0.5 }, { gate: 'approval' as const }]
  const { rollout } = await fleet.promote({ stages })
  await fleet.turn(2)
  expect((await tandem(['rollouts', 'list'])).stdout).toContain(`${rollout.id}`)
  const shown = await tandem(['rollouts', 'show', rollout.id])
  expect(shown.stdout).toContain('awaiting-approval')
  expect(shown.stdout).toMatch(/1 +\S+ 50% +active +2 serving/)
  const approved = await tandem(['rollouts', 'approve', rollout.id, '--reason', 'seen enough'])
  expect(approved.stdout).toMatch(/is running: Stage 2 of 2/)
  expect((await tandem(['rollouts', 'watch', rollout.id])).code).toBe(0)
  const refused = await tandem(['rollouts', 'abort', rollout.id])
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('it is completed') })
})

test('aliases are set and refused in words', async () => {
  const group = ['--group', fleet.group]
  expect((await tandem(['aliases', 'set', 'mine', 'stable', ...group])).stdout).toMatch(
    /"mine" .* names dep_/,
  )
  await rig.control.admin.aliases.protect.mutate({ group: fleet.group, name: 'mine' })
  const refused = await tandem(['aliases', 'set', 'mine', 'canary', ...group])
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('it is protected') })
})
