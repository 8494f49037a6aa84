// A device's settings, read once, at the door, from the environment with the files of settings beneath it. Both workers
// share them; the tier brings its own port, folder and watts.

import { createHash } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import type { Tier } from '#contract/tier.ts'
import { readEnvironment } from '#platform/read-environment.ts'
import { deviceSettings } from '#platform/settings/device-settings.ts'
import { sharedSettings } from '#platform/settings/shared-settings.ts'
import type { DeviceLimits } from './agent/upkeep/limits.ts'
import type { HostChoice } from './host/choose-host.ts'
import type { EdgeKey } from './serve/edge-key.ts'

const MB = 1024 ** 2

const Environment = z.object(deviceSettings)

/** Power above idle while the device computes; energy is these watts times seconds. */
export interface ActivePower {
  readonly watts: number
  readonly source: string
}

// The paper's own profiles, energy over time: 0.49 J in 519.63 ms on the Pi 3B+ and 0.14 J in 18 ms on the TX2,
// both for mobilenet_v1.
const PUBLISHED_POWER: Record<Tier, ActivePower> = {
  local: { watts: 0.94, source: 'Pi 3B+ running mobilenet_v1, from the published energy and latency' },
  edge: { watts: 7.8, source: 'Jetson TX2 running mobilenet_v1, from the published energy and latency' },
}

export interface DoorConfig {
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined
  readonly apiKeysFile: string | undefined
  readonly announceMs: number
}

export interface DeviceConfig {
  readonly tier: Tier
  readonly home: string
  /** Short, for unix sockets: their paths hold about 100 characters. */
  readonly runFolder: string
  readonly controlUrl: string
  readonly enrolCode: string | undefined
  readonly host: string
  readonly port: number
  readonly publicUrl: string | undefined
  readonly power: ActivePower
  readonly energy: {
    readonly choice: 'auto' | 'model' | 'rapl' | 'ina3221' | 'hwmon'
    readonly hwmonLabel: string | undefined
    readonly idleSeconds: number
  }
  readonly limits: DeviceLimits
  readonly functionHost: HostChoice
  readonly door: DoorConfig
  readonly edgeKey: EdgeKey | undefined
  readonly tracesUrl: string | undefined
  readonly logLevel: string
}

export function readDeviceConfig(tier: Tier, env: NodeJS.ProcessEnv): DeviceConfig {
  const e = readEnvironment(Environment, env)
  const name = tier === 'local' ? 'pi' : 'tx2'
  if (['0.0.0.0', '::'].includes(e.TANDEM_HOST) && e.TANDEM_DEVICE_URL === undefined)
    throw new Error(
      `Cannot read setting "TANDEM_DEVICE_URL": is missing, expected how others reach this device, since ` +
        `TANDEM_HOST is ${e.TANDEM_HOST}`,
    )
  const home = path.resolve(e.TANDEM_DEVICE_HOME ?? path.join(e.TANDEM_HOME, 'devices', name))
  const watts = e.TANDEM_ACTIVE_WATTS
  return {
    tier,
    home,
    runFolder: path.join(
      os.tmpdir(),
      `tandem-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`,
    ),
    controlUrl: e.TANDEM_CONTROL_URL.replace(/\/$/, ''),
    enrolCode: e.TANDEM_ENROL_CODE,
    host: e.TANDEM_HOST,
    port: tier === 'local' ? e.TANDEM_PI_PORT : e.TANDEM_TX2_PORT,
    publicUrl: e.TANDEM_DEVICE_URL,
    power: watts === undefined ? PUBLISHED_POWER[tier] : { watts, source: 'TANDEM_ACTIVE_WATTS' },
    limits: {
      diskBudgetBytes: Math.round(e.TANDEM_DISK_BUDGET_MB * MB),
      generationsMax: e.TANDEM_GENERATIONS,
    },
    energy: {
      choice: e.TANDEM_ENERGY_METER,
      hwmonLabel: e.TANDEM_HWMON_LABEL,
      idleSeconds: e.TANDEM_IDLE_SECONDS,
    },
    functionHost: e.TANDEM_FUNCTION_HOST,
    door: doorOf(e),
    edgeKey: edgeKeyOf(e),
    tracesUrl: e.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: e.LOG_LEVEL,
  }
}

function edgeKeyOf({
  TANDEM_EDGE_API_KEY: key,
  TANDEM_EDGE_API_KEY_FOR: hosts,
}: z.infer<typeof Environment>): EdgeKey | undefined {
  const refuse = (name: string, what: string) => new Error(`Cannot read setting "${name}": ${what}`)
  if (hosts === undefined) return key === undefined ? undefined : { key, origins: undefined }
  if (key === undefined)
    throw refuse(
      'TANDEM_EDGE_API_KEY',
      'is missing, expected the key for the hosts in TANDEM_EDGE_API_KEY_FOR',
    )
  const named = hosts.split(',').map((host) => host.trim())
  for (const host of named)
    if (!/^https?:/.test(host) || !URL.canParse(host))
      throw refuse(
        'TANDEM_EDGE_API_KEY_FOR',
        `names "${host}", expected addresses such as https://jetson:8000`,
      )
  return { key, origins: new Set(named.map((host) => new URL(host).origin)) }
}

function doorOf(e: z.infer<typeof Environment>): DoorConfig {
  const { TANDEM_TLS_CERT: certFile, TANDEM_TLS_KEY: keyFile } = e
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new Error(
      `Cannot read setting "${certFile === undefined ? 'TANDEM_TLS_CERT' : 'TANDEM_TLS_KEY'}": is missing, ` +
        'expected a certificate and its key, or neither',
    )
  return {
    tls: certFile === undefined ? undefined : { certFile, keyFile: keyFile! },
    apiKeysFile: e.TANDEM_API_KEYS_FILE,
    announceMs: e.TANDEM_DRAIN_SECONDS * 1_000,
  }
}

/** Where a function under development answers: TANDEM_DEV_PORT, beside the workers' ports. */
export const readDevPort = (env: NodeJS.ProcessEnv): number =>
  sharedSettings.TANDEM_DEV_PORT.parse(env.TANDEM_DEV_PORT)
