// `npm run bench -- npm-start`: `npm start` as a person types it, in a home of its own: the first, which makes the demo world,
// profiles, selects, trains and promotes until it has explained an answer, and the second. Against the bars, which count
// `npm ci` in: told beside it, since it depends on the line to the registry.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { RUNNER } from '#platform/launch/fork-program.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import type { BenchLine } from '../bench-line.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const FIRST_BAR_S = 180
const SECOND_BAR_S = 10
const START_MAX_MS = 900_000

export async function benchNpmStart(): Promise<BenchLine[]> {
  const { firstS, secondS } = await wholeStarts()
  const line = (which: string, seconds: number, bar: number): BenchLine => ({
    ...{ name: `start: npm start, ${which}, of ${bar} s`, ratio: seconds / bar, bar: 1 },
    detail: `${seconds.toFixed(1)} s`,
  })
  return [line('first', firstS, FIRST_BAR_S), line('second', secondS, SECOND_BAR_S)]
}

async function wholeStarts(): Promise<{ firstS: number; secondS: number }> {
  await using folder = await tempFolder('home')
  const [control, pi, tx2] = await Promise.all([freePort(), freePort(), freePort()])
  const settings = [
    `TANDEM_HOME=${folder.path}`,
    `TANDEM_PORT=${control}`,
    `TANDEM_PI_PORT=${pi}`,
    `TANDEM_TX2_PORT=${tx2}`,
  ]
  const startS = async () => {
    const child = spawn('env', [...settings, process.execPath, RUNNER, 'demo/start.ts'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (bytes) => {
      said += bytes
    })
    const startedMs = performance.now()
    await until('npm start is ready', () => /^ready$/m.test(said), START_MAX_MS)
    const seconds = (performance.now() - startedMs) / 1_000
    child.kill('SIGINT')
    await once(child, 'exit')
    return seconds
  }
  return { firstS: await startS(), secondS: await startS() }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
