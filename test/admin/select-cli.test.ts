// `tandem select` as a process, against a control plane that listens: every expectation has a flag, a wrong one is
// told before anything is asked, and the answer is for a person or, with --json, for a script.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { controlApp } from '#admin/app.ts'
import { SelectionResult } from '#contract/results/selection.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { type Control, openControl } from './control-rig.ts'
import { measureFour } from './measured-four.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

let control: Control
let server: ReturnType<typeof serve>
beforeAll(async () => {
  control = await openControl()
  await measureFour(control)
  server = serve({ fetch: controlApp(control.ctx).fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
})
afterAll(async () => {
  server.close()
  await once(server, 'close')
  await control[Symbol.asyncDispose]()
})

async function select(...flags: string[]) {
  const { port } = server.address() as AddressInfo
  const args = [RUNNER, 'admin/cli/main.ts', 'select', '--dataset', 'scenes', ...flags]
  const child = spawn(process.execPath, args, {
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

describe.concurrent('tandem select', () => {
  test('shows the candidates, why this pair, and the front with the pair marked', async () => {
    const { code, stdout, stderr } = await select('--accuracy-min', '0.65', '--front-router', 'oracle')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^candidate +local ms +local J +edge ms +top-1 +on local failures +role\n/)
    expect(stdout).toMatch(/\nlight .* 60\.00% .* not as local\n/)
    expect(stdout).toMatch(/\nmiddle .* local\n/)
    expect(stdout).toContain(
      '"middle" has the least mean latency on the local device of the admissible candidates: 30.0 ms (algorithm 1).',
    )
    expect(stdout).toContain('What each pair would reach with an oracle that sends what only the edge gets')
    expect(stdout).toMatch(/\n\* +middle +heavy +90\.00% .* yes\n/)
    expect(stdout).toMatch(/\n\* the selected pair\. \d+ of 12 pairs are on the Pareto front\.\nUpload: /)
    expect(stdout).toMatch(/\nSelection sel_\w+\n$/)
  })

  test('--json is the whole result; every flag arrives', async () => {
    const flags = {
      '--accuracy-min': '0.1',
      '--local-latency-max': '1000',
      '--edge-latency-max': '1001',
      '--local-energy-max': '2.5',
      '--edge-energy-max': '3',
      '--memory-max': '64MiB',
      '--size-max': '1.5MB',
      '--weight-latency': '1',
      '--weight-accuracy': '0.5',
      '--weight-energy': '0',
      '--front-router': 'random',
      '--offload': '0.2',
    }
    const { code, stdout } = await select('--json', ...Object.entries(flags).flat())
    expect(code).toBe(0)
    const result = SelectionResult.parse(JSON.parse(stdout).result)
    expect(result).toEqual(JSON.parse(stdout).result)
    expect(result).toMatchObject({
      expectations: {
        accuracyMin: 0.1,
        localLatencyMaxMs: 1_000,
        edgeLatencyMaxMs: 1_001,
        localEnergyMaxJ: 2.5,
        edgeEnergyMaxJ: 3,
        memoryMaxBytes: 67_108_864,
        sizeMaxBytes: 1_500_000,
        weights: { latency: 1, accuracy: 0.5, energy: 0 },
      },
      assumption: { router: 'random', offloadShare: 0.2 },
    })
    expect(result.sources?.localJobs).toHaveLength(4)
    expect(result.front).toHaveLength(12)
  })

  test('no admissible model ends with 1 and what to loosen, on stdout', async () => {
    const { code, stdout } = await select('--local-latency-max', '5')
    expect(code).toBe(1)
    expect(stdout).toContain('No pair: none of the 4 candidates is admissible as the local model.')
    expect(stdout).toContain('mean latency on the local device is 10 ms, expected at most 5 ms.')
  })

  test.each<[string, string[], string]>([
    ['a share in percent', ['--accuracy-min', '70'], 'expected a share such as 0.3'],
    ['a limit of 0', ['--edge-latency-max', '0'], 'expected a number above 0'],
    ['a size in stones', ['--memory-max', '3 stone'], 'expected bytes, or a size such as 16MB or 64MiB'],
    ['a weight below 0', ['--weight-energy=-1'], 'expected a weight of 0 or more'],
    ['a router that is none', ['--front-router', 'forest'], 'Allowed choices are oracle, random, confidence'],
  ])('%s is a wrong call', async (_, flags, words) => {
    const { code, stdout, stderr } = await select(...flags)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(words)
  })

  test('what only the control plane can tell is told by its field', async () => {
    const { code, stderr } = await select('--weight-latency', '0')
    expect(code).toBe(1)
    expect(stderr).toContain('Cannot read field "expectations.weights": expected at least one weight above 0')
  })
})
