// Where a worker is put together: identity, agent, generations, front door. Both tiers are the same program; the
// tier decides which model it loads and whether anything is offloaded.

import os from 'node:os'
import path from 'node:path'
import { type Logger, pino } from 'pino'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { openTracing } from '#platform/observe/tracing.ts'
import { Agent } from './agent/agent.ts'
import { ControlError, controlClient } from './agent/control-client.ts'
import { type Identity, openIdentity } from './agent/identity.ts'
import type { DeviceConfig } from './config.ts'
import { chooseMeter } from './energy/choose-meter.ts'
import { doorFiles } from './front-door/door-files.ts'
import { openFrontDoor } from './front-door/socket/open-front-door.ts'
import { growHeapFirst } from './heap.ts'
import { chooseHost } from './host/choose-host.ts'
import { openMetrics } from './metrics/open-metrics.ts'
import { uploadCaptures } from './observe/captures/upload-captures.ts'
import { openObserving } from './observe/open-observing.ts'
import { oipPortsOf } from './oip/model-of.ts'
import { oipApp } from './oip/oip-app.ts'
import { answerEnergyJ } from './serve/energy.ts'
import { Generations } from './serve/generations.ts'
import { labelsIn } from './serve/offload/labels-in.ts'
import { Offload } from './serve/offload/offload.ts'
import { ownRunFolder } from './serve/run-folder.ts'

export interface Device extends AsyncDisposable {
  readonly url: string
  readonly name: string
}

/** Undefined where `stopped` came first, while the device was waiting to be enrolled. */
export async function startDevice(
  config: DeviceConfig,
  stopped: Promise<unknown>,
): Promise<Device | undefined> {
  growHeapFirst()
  const part = config.tier === 'local' ? 'pi' : 'tx2'
  const log = pino({ level: config.logLevel, base: { part } })
  const { meter, passedOver } = chooseMeter({ ...config.energy, power: config.power })
  log.info({ method: meter.method, source: meter.source, passedOver }, 'energy meter')
  const store = new ArtifactStore(path.join(config.home, 'artifacts'))
  await store.sweep()
  const { tracesUrl, edgeKey } = config
  const tracing = await openTracing({ service: `tandem-${part}`, endpoint: tracesUrl })
  const offload = new Offload({
    activeWatts: config.power.watts,
    edgeKey,
    tracing,
    readLabels: labelsIn(store),
  })
  const images = new ArtifactStore(path.join(config.home, 'images'))
  const { home, limits } = config
  const observing = await openObserving({
    home,
    limits,
    store,
    images,
    generations: () => generations,
    log,
  })
  const { host, isInline, reason } = await chooseHost({ choice: config.functionHost })
  log.info({ driver: host.driver, isInline, reason }, 'function host')
  const runFolder = ownRunFolder(config.runFolder)
  const generations = new Generations({
    tier: config.tier,
    store,
    host,
    isInline,
    edgeFor: (deployment, prepare) => offload.portFor(deployment, prepare),
    runFolder: runFolder.path,
    log,
  })
  const metrics = openMetrics({ generations, offload, ...observing })
  const files = doorFiles(config.door, log)
  const door = await openFrontDoor(
    {
      generations,
      log,
      apiKeys: files.apiKeys,
      tracing,
      middleware: [metrics.middleware],
      routes: [
        metrics.routes,
        oipApp(oipPortsOf(generations, (err, at) => log.error({ err, path: at }, 'request failed'))),
      ],
      energyOf: (answer, uploads) => answerEnergyJ(config.tier, config.power, answer, uploads),
      onAnswer(answer, totalMs, image) {
        observing.observer.onAnswer(answer, totalMs, image)
        setImmediate(() => metrics.onAnswer(answer, totalMs))
      },
      onRefused: metrics.onRefused,
    },
    { host: config.host, port: config.port, tls: files.tls, announceMs: config.door.announceMs },
  )
  const url = config.publicUrl ?? door.url
  const stop = new AbortController()
  void stopped.then(() => stop.abort())
  const identity = await Promise.race([enrolled(config, url, log), stopped.then(() => undefined)])
  if (!identity) return undefined
  await runFolder.make()
  const enrolment = identity.enrolment!
  const client = controlClient(config.controlUrl, () => identity.token())
  const agent = new Agent({
    home: config.home,
    recipient: { deviceId: enrolment.deviceId, tier: config.tier, manifestKeys: enrolment.manifestKeys },
    client,
    store,
    generations,
    offload,
    spool: observing.spool,
    captures: observing.captures,
    jobs: {
      store: images,
      meter,
      idleSeconds: config.energy.idleSeconds,
      power: config.power,
    },
    limits: config.limits,
    url,
    log,
  })
  await agent.boot()
  const handingIn = uploadCaptures(observing.captures, client, { signal: stop.signal, log })
  const running = Promise.all([agent.run(stop.signal), handingIn])
  log.info({ url, device: enrolment.name }, 'worker up')
  return {
    url,
    name: enrolment.name,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await door.close()
      files[Symbol.dispose]()
      await running
      await observing[Symbol.asyncDispose]()
      await generations[Symbol.asyncDispose]()
      await offload[Symbol.asyncDispose]()
      await tracing[Symbol.asyncDispose]()
      await runFolder[Symbol.asyncDispose]()
    },
  }
}

const ENROL_RETRY_MS = 1_000

/** The device's identity, enrolled: from disk, or with the one-time code once the control plane answers. */
async function enrolled(config: DeviceConfig, url: string, log: Logger): Promise<Identity> {
  const identity = await openIdentity(config.home)
  if (identity.enrolment) return identity
  const code = config.enrolCode
  if (code === undefined)
    throw new Error('Cannot start: is not enrolled, expected TANDEM_ENROL_CODE with a one-time code')
  const client = controlClient(config.controlUrl, () => identity.token())
  for (;;) {
    try {
      const platform = `${os.type()} ${os.release()} ${os.arch()}, Node ${process.version}`
      return await identity.remember(
        await client.enrol({ code, publicKey: identity.publicKey, tier: config.tier, url, platform }),
      )
    } catch (error) {
      if (!(error instanceof ControlError) || error.code !== 'unreachable') throw error
      log.warn({ err: error }, 'waiting for the control plane')
      await new Promise((resolve) => setTimeout(resolve, ENROL_RETRY_MS))
    }
  }
}
