// `tandem functions dev FILE` (or `npm run functions:dev -- FILE`): a function under development on real images, with
// the models, the router and the edge that the local worker of this machine has installed, on a port of its own.
// Every change of the source starts a new generation and switches, as a device does. No decisions are recorded.

import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Logger, pino } from 'pino'
import type { ClassifyAnswer } from '#contract/classify.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { runMain } from '#platform/run-main.ts'
import { loadSettings } from '#platform/settings/load-settings.ts'
import { untilStopped } from '#platform/until-stopped.ts'
import { type DeviceConfig, readDeviceConfig, readDevPort } from '../config.ts'
import { openFrontDoor } from '../front-door/socket/open-front-door.ts'
import { chooseHost } from '../host/choose-host.ts'
import type { FunctionHost } from '../host/function-host.ts'
import { miniflareHost } from '../host/miniflare-host.ts'
import { workerdHost } from '../host/workerd/workerd-host.ts'
import { answerEnergyJ } from '../serve/energy.ts'
import { readInstalled } from './installed.ts'
import { Workbench, type WorkbenchOptions } from './workbench.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** What a developer needs of the log: that a request went another way, and why. */
function spokenLog(level: string, inSource: (text: string) => string): Logger {
  const write = (line: string) => {
    const { msg, err } = JSON.parse(line) as { msg: string; err?: { message?: string } }
    say(inSource(err?.message === undefined ? msg : `${msg}: ${err.message}`))
  }
  return pino({ level: level === 'info' ? 'warn' : level }, { write })
}

/**
 * The devices' own driver by default: it starts in a twentieth of Miniflare's time, keeps a device's limits, and hands
 * on what the function prints. Where it does not run Miniflare would not either, since that is workerd inside.
 */
async function hostNamed(driver: string): Promise<WorkbenchOptions['host']> {
  if (driver === 'miniflare') return (): FunctionHost => miniflareHost()
  if (driver !== 'workerd')
    throw new Error(`Cannot start: driver is "${driver}", expected "workerd" or "miniflare"`)
  const { host, reason } = await chooseHost()
  if (host.driver !== 'workerd') throw new Error(`Cannot start: ${reason}`)
  return workerdHost
}

interface Order {
  readonly entry: string
  readonly port: number
  readonly host: WorkbenchOptions['host']
  readonly config: DeviceConfig
}

async function develop({ entry, port: wantedPort, host, config }: Order): Promise<void> {
  const stopped = untilStopped()
  const installed = await readInstalled(config.home)
  const runFolder = await mkdtemp(path.join(os.tmpdir(), 'tandem-dev-'))
  // Not only below: Miniflare has an exit hook of its own, which ends the process at Ctrl-C before anybody else.
  process.once('exit', () => rmSync(runFolder, { recursive: true, force: true }))
  const store = new ArtifactStore(path.join(config.home, 'artifacts'))
  const log = spokenLog(config.logLevel, (text) => bench.inSource(text))
  const bench: Workbench = new Workbench({ entry, installed, store, runFolder, host, log, say })
  try {
    await bench.reload()
    const energyOf = (answer: ClassifyAnswer, uploads: number) =>
      answerEnergyJ('local', config.power, answer, uploads)
    const { generations } = bench
    const ports = { generations, log, energyOf, onAnswer: () => undefined }
    const door = await openFrontDoor(ports, { host: config.host, port: wantedPort })
    const { local, edge } = installed.deployment
    say(`${local.name} -> ${edge.name}, by ${entry}, at ${door.url}`)
    say(`  tandem classify --worker ${door.url} photo.jpg; changes reload; Ctrl-C ends`)
    process.send?.({ ready: door.url })
    await stopped
    await door.close()
  } finally {
    await bench[Symbol.asyncDispose]()
  }
}

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      home: { type: 'string' },
      port: { type: 'string' },
      driver: { type: 'string', default: 'workerd' },
    },
  })
  const [entry] = positionals
  if (entry === undefined)
    throw new Error(
      'Cannot start: no function is named, expected a module, e.g. functions/classify/classify.ts',
    )
  const { env } = loadSettings(process.env)
  if (values.home !== undefined) env.TANDEM_HOME = values.home
  if (values.port !== undefined) env.TANDEM_DEV_PORT = values.port
  const config = readDeviceConfig('local', env)
  await develop({ entry, port: readDevPort(env), host: await hostNamed(values.driver), config })
})
