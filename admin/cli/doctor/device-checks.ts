// Every enrolled device as it looks from here: does its own address answer, is it ready, and when did the control plane
// hear of it last. Of a large fleet only those are listed that need somebody.

import type { Api } from '../../client/api.ts'
import { allOf } from '../../client/link/pages.ts'
import { type Check, failed, ok, warning } from './check.ts'

const ASK_MAX_MS = 3_000
const AT_ONCE = 32
/** As the control plane counts: devices poll twice a minute at least. */
const SILENT_AFTER_MS = 120_000
const LISTED_MAX = 20

type Device = Awaited<ReturnType<Api['trpc']['devices']['list']['query']>>['items'][number]

export async function deviceChecks(api: Api): Promise<Check[]> {
  const devices = (await allOf(api.trpc.devices.list)).filter(({ revokedAt }) => revokedAt === null)
  if (devices.length === 0)
    return [
      warning('devices', 'none is enrolled', 'tandem devices enrol pi --tier local, and an edge likewise'),
    ]
  const checks: Check[] = []
  const queue = [...devices]
  const lane = async () => {
    for (let device = queue.shift(); device; device = queue.shift()) checks.push(await deviceCheck(device))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  checks.sort((a, b) => (a.name < b.name ? -1 : 1))
  if (checks.length <= LISTED_MAX) return checks
  const well = checks.filter(({ state }) => state === 'ok')
  return [
    ok('devices', `${well.length} of ${checks.length} are ready`),
    ...checks.filter((c) => !well.includes(c)),
  ]
}

async function deviceCheck(device: Device): Promise<Check> {
  const name = `device ${device.name}`
  const seenMs = device.lastSeenAt === null ? undefined : Date.now() - Date.parse(device.lastSeenAt)
  const seen = seenMs === undefined ? 'never heard of' : `heard of ${ago(seenMs)} ago`
  if (device.url === null)
    return warning(name, `${seen}, no address yet`, 'start its worker with its enrolment code')
  const answer = await ask(device.url)
  const says = `${device.tier} at ${device.url}: ${answer.says}, ${seen}`
  if (seenMs === undefined || seenMs > SILENT_AFTER_MS)
    return failed(name, says, 'start its worker, and look whether it reaches the control plane')
  if (answer.is === 'away')
    return warning(
      name,
      says,
      'it may be reachable for others only: see TANDEM_HOST and TANDEM_DEVICE_URL there',
    )
  if (device.report?.state === 'failed')
    return failed(name, `${says}, ${device.report.message}`, `tandem devices show ${device.name}`)
  return answer.is === 'ready'
    ? ok(name, says)
    : warning(name, says, 'promote a deployment to its group, or wait until it has installed one')
}

interface Asked {
  readonly is: 'ready' | 'not ready' | 'away'
  readonly says: string
}

async function ask(url: string): Promise<Asked> {
  try {
    const { ok: isReady, body } = await fetch(`${url.replace(/\/$/, '')}/readyz`, {
      signal: AbortSignal.timeout(ASK_MAX_MS),
    })
    await body?.cancel()
    return isReady ? { is: 'ready', says: 'ready' } : { is: 'not ready', says: 'serves nothing yet' }
  } catch {
    // Refused, timed out, no such name, a certificate that nobody here trusts: from here it is away.
    return { is: 'away', says: 'not reached from here' }
  }
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
