// `npm start` on a fresh machine, as a process with its own embedded Postgres: from an empty folder to `ready`,
// again, after Ctrl-C and after kill -9. One story in this order, since every start costs seconds.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { classify } from '#admin/client/classify.ts'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { freePort } from '#test/harness/free-port.ts'
import { processesWith } from '#test/harness/process-table.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { healthImage } from '#vision/health-image.ts'
import { readDeviceConfig } from '#workers/config.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const READY_MAX_MS = 150_000
const GONE_MAX_MS = 20_000

let home: TempFolder
let env: Record<string, string>

class Start {
  readonly #child: ChildProcess
  readonly ended: Promise<number | NodeJS.Signals>
  output = ''
  errors = ''

  constructor(args: readonly string[] = []) {
    const { DATABASE_URL: _, ...outer } = process.env
    this.#child = spawn(process.execPath, [RUNNER, 'demo/start.ts', ...args], {
      cwd: ROOT,
      env: { ...outer, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, as a terminal gives it, so that Ctrl-C can be sent to all of it.
      detached: true,
    })
    this.#child.stdout?.on('data', (chunk) => {
      this.output += chunk
    })
    this.#child.stderr?.on('data', (chunk) => {
      this.errors += chunk
    })
    this.ended = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => resolve(signal ?? code ?? -1)),
    )
  }

  /** Its output up to the line that is nothing but `ready`. */
  async ready(): Promise<string> {
    let how: number | NodeJS.Signals | undefined
    void this.ended.then((end) => {
      how = end
    })
    await until(
      'the start is ready',
      () => {
        if (how !== undefined) throw new Error(`ended with ${how}:\n${this.output}\n${this.errors}`)
        return /^ready$/m.test(this.output)
      },
      READY_MAX_MS,
    )
    return this.output
  }

  /** Ctrl-C in a terminal reaches every process of the group. */
  interrupt(): Promise<number | NodeJS.Signals> {
    process.kill(-this.#child.pid!, 'SIGINT')
    return this.ended
  }

  killAlone(): Promise<number | NodeJS.Signals> {
    this.#child.kill('SIGKILL')
    return this.ended
  }
}

const runFolders = () => (['local', 'edge'] as const).map((tier) => readDeviceConfig(tier, env).runFolder)

/** Node, Postgres and workerd processes of this home, and the folders for their sockets. */
async function leftovers(): Promise<string[]> {
  const texts = [home.path, ...runFolders()]
  const found = (await Promise.all(texts.map(processesWith))).flat()
  return [...new Set(found.map((p) => `${p.pid} ${p.command}`)), ...runFolders().filter(existsSync)]
}

const classifyOnPi = async () => classify(healthImage(), { url: `http://127.0.0.1:${env.TANDEM_PI_PORT}` })

beforeAll(async () => {
  home = await tempFolder('start')
  env = {
    TANDEM_HOME: home.path,
    TANDEM_DEMO_SCENES: '60',
    TANDEM_DEMO_MODELS: 'mobilenet_v1,resnet_v1_50,inception_v4',
    TANDEM_PORT: String(await freePort()),
    TANDEM_PI_PORT: String(await freePort()),
    TANDEM_TX2_PORT: String(await freePort()),
  }
})
afterAll(async () => {
  for (const { pid } of await processesWith(home.path)) process.kill(pid, 'SIGKILL')
  for (const folder of runFolders())
    for (const { pid } of await processesWith(folder)) process.kill(pid, 'SIGKILL')
  await home[Symbol.asyncDispose]()
})

describe('npm start', () => {
  let running: Start

  test('goes from an empty folder to explained answers, and says ready last', {
    timeout: READY_MAX_MS,
  }, async () => {
    running = new Start()
    const output = await running.ready()
    expect(output.trimEnd().split('\n').at(-1)).toBe('ready')
    for (const stage of ['profiling', 'selecting', 'training', 'promoting', 'classifying'])
      expect(output).toContain(`> ${stage}`)
    expect(running.errors).not.toMatch(/error|warn/i)
    expect(await classifyOnPi()).toMatchObject({ byFallback: false })
  })

  test('refuses a second start in the same folder, and leaves the first one alone', {
    timeout: 30_000,
  }, async () => {
    const second = new Start()
    expect(await second.ended).toBe(1)
    expect(second.errors).toMatch(/^Cannot start in .*: process \d+ runs there already/)
    expect((await classifyOnPi()).labels).toHaveLength(1)
  })

  test('ends on Ctrl-C with 0 and leaves no process and no socket folder', { timeout: 30_000 }, async () => {
    expect(await running.interrupt()).toBe(0)
    expect(await leftovers()).toEqual([])
    expect(await readdir(home.path)).not.toContain('start.pid')
  })

  test('starts again on what is there: no profiling, same answers', { timeout: READY_MAX_MS }, async () => {
    running = new Start()
    const output = await running.ready()
    expect(output).not.toMatch(/profiling|training|promoting/)
    expect(output).toContain('> waiting for both devices to serve what is deployed')
    expect(await classifyOnPi()).toMatchObject({ byFallback: false })
  })

  test('killed with -9, takes its children along, and the next start serves', {
    timeout: READY_MAX_MS,
  }, async () => {
    expect(await running.killAlone()).toBe('SIGKILL')
    // At once, while the children of the killed one are still leaving.
    running = new Start()
    const output = await running.ready()
    expect(output).not.toContain('profiling')
    expect(await classifyOnPi()).toMatchObject({ byFallback: false })
    expect(await running.interrupt()).toBe(0)
    await until('nothing is left', async () => (await leftovers()).length === 0, GONE_MAX_MS).catch(
      async () => expect(await leftovers()).toEqual([]),
    )
  })
})
