// `npm run functions:dev -- <module>`: a function under development, in Miniflare, on real images: with the models
// and the router that the local worker of this machine has installed, on a port of its own. Every change of the
// source starts a new generation beside the old and switches, as a device does; a module that does not start
// leaves the old one serving and says why. No decisions are recorded.

import { rmSync, watch } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import type { ClassifyAnswer } from '#contract/classify.ts'
import type { Deployment } from '#contract/deployment.ts'
import type { Manifest } from '#contract/manifest.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { bundleFunction } from '#platform/bundle-function.ts'
import { runMain } from '#platform/run-main.ts'
import { untilStopped } from '#platform/until-stopped.ts'
import { openIdentity } from '../agent/identity.ts'
import { switchTo } from '../agent/install.ts'
import { readState } from '../agent/state.ts'
import { openManifest } from '../agent/verify-manifest.ts'
import { type DeviceConfig, readDeviceConfig, readDevPort } from '../config.ts'
import { miniflareHost } from '../host/miniflare-host.ts'
import { answerEnergyJ } from '../serve/energy.ts'
import { frontDoorApp, listen } from '../serve/front-door.ts'
import { Generations } from '../serve/generations.ts'
import { Offload } from '../serve/offload.ts'

/** Editors write a file in several steps. */
const SETTLE_MS = 100

const say = (line: string): void => void process.stdout.write(`${line}\n`)

interface Installed {
  readonly deployment: Deployment
  readonly edges: Manifest['edges']
}

/** What the local worker of this machine runs. */
async function installed(home: string): Promise<Installed> {
  const { enrolment } = await openIdentity(home)
  const { state } = await readState(home)
  if (!enrolment || !state.current)
    throw new Error(`Cannot start: no deployment is installed in "${home}", expected a started local worker`)
  const { deviceId, manifestKeys } = enrolment
  const { deployment, edges } = await openManifest(state.current.jws, {
    deviceId,
    tier: 'local',
    manifestKeys,
  })
  if (!deployment) throw new Error(`Cannot start: nothing is deployed to the worker in "${home}"`)
  return { deployment, edges }
}

interface Workbench {
  readonly entry: string
  readonly base: Installed
  readonly store: ArtifactStore
  readonly generations: Generations
  readonly offload: Offload
}

/** Bundles the source and lets it serve in place of the version before. */
async function reload(
  { entry, base, store, generations, offload }: Workbench,
  version: number,
): Promise<void> {
  const file = await store.putBytes(Buffer.from(await bundleFunction(entry)))
  const name = path.basename(entry)
  const { deployment } = base
  const next = {
    ...deployment,
    id: `dev-${version}`,
    version,
    function: { ...deployment.function, name, version, file },
  }
  const old = generations.serving?.deployment.id
  await generations.start(next)
  switchTo(next, base.edges, { generations, offload })
  if (old !== undefined) await generations.stop(old)
  say(`${name} version ${version} serves`)
}

/** One reload after the other, whatever the editor does meanwhile. */
function reloadOnChange(bench: Workbench): { stop(): Promise<void> } {
  let version = 1
  let last = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const again = () =>
    reload(bench, ++version).catch((error: unknown) =>
      say(error instanceof Error ? error.message : 'the function does not start'),
    )
  const watcher = watch(path.dirname(path.resolve(bench.entry)), { recursive: true }, () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      last = last.then(again)
    }, SETTLE_MS)
  })
  return {
    async stop() {
      watcher.close()
      clearTimeout(timer)
      await last
    },
  }
}

async function develop(entry: string, config: DeviceConfig): Promise<void> {
  const stopped = untilStopped()
  const base = await installed(config.home)
  const runFolder = await mkdtemp(path.join(os.tmpdir(), 'tandem-dev-'))
  // Not only below: Miniflare has an exit hook of its own, which ends the process at Ctrl-C before anybody else.
  process.once('exit', () => rmSync(runFolder, { recursive: true, force: true }))
  const store = new ArtifactStore(path.join(config.home, 'artifacts'))
  const offload = new Offload()
  const log = pino({ level: config.logLevel, base: { part: 'dev' } })
  // The edge worker knows the installed deployment, not the one under development.
  const edgeFor = () => offload.portFor(base.deployment)
  const generations = new Generations({
    tier: 'local',
    store,
    host: miniflareHost(),
    edgeFor,
    runFolder,
    log,
  })
  const bench = { entry, base, store, generations, offload }
  try {
    await reload(bench, 1)
    const energyOf = (answer: ClassifyAnswer) => answerEnergyJ('local', config.power, answer)
    const app = frontDoorApp({ generations, log, energyOf, onAnswer: () => undefined })
    const { server, port } = await listen(app, { host: config.host, port: readDevPort(process.env) })
    const watching = reloadOnChange(bench)
    say(`http://${config.host}:${port}/v1/classify answers by ${entry}; changes reload it; Ctrl-C ends`)
    await stopped
    server.close()
    await watching.stop()
  } finally {
    await generations[Symbol.asyncDispose]()
    await offload[Symbol.asyncDispose]()
  }
}

await runMain(async () => {
  const entry = process.argv[2]
  if (entry === undefined)
    throw new Error(
      'Cannot start: no function is named, expected a module, e.g. functions/classify/classify.ts',
    )
  await develop(entry, readDeviceConfig('local', process.env))
})
