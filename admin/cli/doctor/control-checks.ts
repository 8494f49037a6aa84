// The control plane: is it there, does it take our key, do its versions and its clock fit ours.

import { type Api, failureOf } from '../../client/api.ts'
import { type Check, failed, ok, warning } from './check.ts'

/** Tokens of devices are refused from five minutes on. */
const SKEW_WARN_MS = 5_000
const SKEW_FAIL_MS = 240_000
const REACH_MAX_MS = 3_000

export async function controlChecks(api: Api, url: string, ownVersion: string): Promise<Check[]> {
  const askedAt = Date.now()
  try {
    const me = await api.trpc.session.whoami.query()
    if (!me.actor)
      return [
        ok('control plane', `answers at ${url}`),
        failed(
          'key',
          'the key is not valid there',
          'set TANDEM_API_KEY, or --home to the control plane’s folder',
        ),
      ]
    const from = Date.now()
    const info = await api.trpc.system.info.query()
    const skewMs = Date.parse(info.at) - (from + Date.now()) / 2
    const tookMs = from - askedAt
    return [
      ok('control plane', `${info.version} on Node ${info.nodeVersion} at ${url}, answers in ${tookMs} ms`),
      ok('key', `${me.actor.name}, role ${me.actor.role}`),
      ...(info.version === ownVersion ? [] : [versionCheck(info.version, ownVersion)]),
      schemaCheck(info),
      skewCheck(skewMs),
    ]
  } catch (error) {
    return [refusedCheck(error, url)]
  }
}

/** For whoever has no key. */
export async function reachCheck(url: string): Promise<Check> {
  try {
    const { ok: isWell } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(REACH_MAX_MS) })
    if (isWell) return ok('control plane', `answers at ${url}`)
  } catch {
    // Told below, whatever it was.
  }
  return failed('control plane', `none answers at ${url}`, 'start it, or set TANDEM_URL to where it is')
}

const versionCheck = (there: string, here: string): Check =>
  warning('versions', `the control plane is ${there}, this is ${here}`, 'use the same version on both')

function schemaCheck(info: { postgresVersion: string; migrations: number; migrationsKnown: number }): Check {
  const says = `PostgreSQL ${info.postgresVersion}, schema ${info.migrations} of ${info.migrationsKnown}`
  return info.migrations <= info.migrationsKnown
    ? ok('database', says)
    : warning('database', `${says}: a newer build has migrated it`, 'update this control plane as well')
}

function skewCheck(skewMs: number): Check {
  const seconds = (Math.abs(skewMs) / 1_000).toFixed(1)
  if (Math.abs(skewMs) < SKEW_WARN_MS) return ok('clock', `${seconds} s from the control plane’s`)
  const says = `${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} the control plane’s`
  const state = Math.abs(skewMs) < SKEW_FAIL_MS ? warning : failed
  return state('clock', says, 'set both by NTP: devices whose clock is five minutes off are refused')
}

function refusedCheck(error: unknown, url: string): Check {
  const failure = failureOf(error)
  if (failure === undefined) throw error
  const { reason, sentence } = failure
  if (reason === 'unreachable')
    return failed('control plane', sentence, `start it, or set TANDEM_URL to where it is (now ${url})`)
  if (reason === 'not-found')
    return warning('control plane', `${url} is older than this CLI: ${sentence}`, 'update it')
  return failed('control plane', sentence, 'ask an admin for a key, and set TANDEM_API_KEY')
}
