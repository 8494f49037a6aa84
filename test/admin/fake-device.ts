// A device as the control plane sees one: a key of its own, signed requests, and measurements that a test makes up.

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { DEVICE_TOKEN_AUDIENCE, type DeviceReport, type Job, PublicKey } from '#contract/device-api.ts'
import type { FeatureRow, Outcome } from '#contract/outcome.ts'
import type { Tier } from '#contract/tier.ts'
import { type Control, jsonBody } from './control-rig.ts'

export type DeviceKey = Awaited<ReturnType<typeof makeDeviceKey>>

export async function makeDeviceKey() {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  return { privateKey, publicKey: PublicKey.parse(await exportJWK(publicKey)) }
}

export interface TokenClaims {
  readonly kid?: unknown
  readonly issuer?: string
  readonly audience?: string
  /** Seconds from now. */
  readonly issuedAt?: number
  readonly expiresAt?: number | undefined
}

export function signToken(key: DeviceKey, deviceId: string, claims: TokenClaims = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1_000)
  const token = new SignJWT()
    .setProtectedHeader({ alg: 'EdDSA', kid: ('kid' in claims ? claims.kid : deviceId) as string })
    .setIssuer(claims.issuer ?? deviceId)
    .setAudience(claims.audience ?? DEVICE_TOKEN_AUDIENCE)
    .setIssuedAt(now + (claims.issuedAt ?? 0))
  if (!('expiresAt' in claims)) token.setExpirationTime(now + 60)
  else if (claims.expiresAt !== undefined) token.setExpirationTime(now + claims.expiresAt)
  return token.sign(key.privateKey)
}

export interface FakeDevice {
  readonly id: string
  readonly key: DeviceKey
  readonly url: string
  send(pathname: string, init?: RequestInit): Promise<Response>
  report(report: Partial<DeviceReport>): Promise<Response>
  nextJob(): Promise<Job | null>
}

export const enrolmentOf = (code: string, key: DeviceKey, tier: Tier, url = 'http://127.0.0.1:7402') => ({
  code,
  publicKey: key.publicKey,
  tier,
  url,
  platform: 'test',
})

export async function enrolDevice(
  control: Pick<Control, 'admin' | 'request'>,
  place: { name: string; tier: Tier; group?: string; url?: string },
): Promise<FakeDevice> {
  const { name, tier, group = 'default', url = `http://${name}.test:7402` } = place
  const { code } = await control.admin.devices.createEnrolment.mutate({ name, tier, group })
  const key = await makeDeviceKey()
  const answer = await control.request('/device/v1/enrol', jsonBody(enrolmentOf(code, key, tier, url)))
  if (answer.status !== 201) throw new Error(`enrolling ended with ${answer.status}`)
  const { deviceId } = (await answer.json()) as { deviceId: string }
  return deviceClient(control, { id: deviceId, key, url })
}

export function deviceClient(
  control: Pick<Control, 'admin' | 'request'>,
  { id, key, url }: { id: string; key: DeviceKey; url: string },
): FakeDevice {
  const send = async (pathname: string, init: RequestInit = {}) =>
    control.request(`/device/v1${pathname}`, {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${await signToken(key, id)}` },
    })
  return {
    id,
    key,
    url,
    send,
    report: (report) =>
      send(
        '/report',
        jsonBody({
          url,
          sequence: 0,
          servingDeploymentId: null,
          state: 'serving',
          functionDriver: 'none',
          ...report,
        }),
      ),
    async nextJob() {
      const answer = await send('/jobs/next')
      return ((await answer.json()) as { job: Job | null }).job
    },
  }
}

export const MADE_UP_RESULT = {
  energy: { perImageJ: 0.4, method: 'model', source: 'made up' },
  peakMemoryBytes: 50_000_000,
}

/** Answers every job that the device is asked for; `outcomeOf` says what a model would have seen. */
export async function runJobs(
  device: FakeDevice,
  outcomeOf: (model: string, index: number) => Omit<Outcome, 'index'>,
  rowOf: (index: number) => FeatureRow = featureRow,
): Promise<void> {
  for (let job = await device.nextJob(); job; job = await device.nextJob()) {
    const indexes = Array.from({ length: job.count - job.from }, (_, i) => job!.from + i)
    const name = job.kind === 'profile' ? job.model.name : ''
    const rows =
      job.kind === 'profile'
        ? { outcomes: indexes.map((index) => ({ index, ...outcomeOf(name, index) })) }
        : { rows: indexes.map(rowOf) }
    await expectOk(device.send(`/jobs/${job.id}/rows`, jsonBody(rows)))
    await expectOk(device.send(`/jobs/${job.id}/done`, jsonBody(MADE_UP_RESULT)))
  }
}

/** Features that say nothing about the image. */
export const featureRow = (index: number): FeatureRow => ({
  index,
  features: Array.from({ length: 29 }, (_, f) => ((index * 7919 + f * 104_729) % 1_009) / 10),
  latencyMs: 2,
})

async function expectOk(answer: Promise<Response>): Promise<void> {
  const { status } = await answer
  if (status !== 200) throw new Error(`the control plane answered ${status}`)
}
