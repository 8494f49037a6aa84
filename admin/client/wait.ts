// Waiting for what devices do in their own time, with progress and an end.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, CommandFailed } from './api.ts'
import { openBell } from './link/bell.ts'
import { allOf } from './link/pages.ts'

const LOOK_EVERY_MS = 500
/** Without a poll for this long a device is away, and a person should look. */
const SILENCE_MAX_MS = 120_000

export type Jobs = Awaited<ReturnType<Api['trpc']['profiles']['create']['mutate']>>

/** Changes while a device that still has work to do is heard of: a slow model may need minutes for a batch. */
async function heartbeat(api: Api, jobs: Jobs): Promise<string> {
  const busy = new Set(jobs.filter((job) => job.state !== 'done').map((job) => job.deviceId))
  const devices = await allOf(api.trpc.devices.list, { ids: [...busy] })
  return devices.map((d) => d.lastSeenAt).join()
}

/** Until all jobs are done; throws with the device's own words when one fails, or when nothing moves any more. */
export async function waitForJobs(
  api: Api,
  jobs: Jobs,
  onProgress: (done: number, total: number) => void,
): Promise<Jobs> {
  const ids = jobs.map((job) => job.id)
  using bell = openBell((on) => api.trpc.live.profiles.subscribe({ ids }, on))
  let lastNews = ''
  let movedAt = Date.now()
  for (;;) {
    const { items: now } = await api.trpc.profiles.list.query({ ids })
    const done = now.reduce((sum, job) => sum + job.done, 0)
    onProgress(
      done,
      now.reduce((sum, job) => sum + job.total, 0),
    )
    const failed = now.find((job) => job.state === 'failed')
    const cancelled = now.find((job) => job.state === 'cancelled')
    if (cancelled) throw new CommandFailed(`Cannot profile: job "${cancelled.id}" was cancelled`)
    if (failed) throw new CommandFailed(`Cannot profile: job "${failed.id}" failed: ${failed.message}`)
    if (now.every((job) => job.state === 'done')) return now
    const news = `${done} ${await heartbeat(api, now)}`
    if (news !== lastNews) movedAt = Date.now()
    if (Date.now() - movedAt > SILENCE_MAX_MS)
      throw new CommandFailed(
        `Cannot profile: no device reported for ${SILENCE_MAX_MS / 1_000} s, are the workers running?`,
      )
    lastNews = news
    await bell.rung()
  }
}

type Device = Awaited<ReturnType<Api['trpc']['devices']['list']['query']>>['items'][number]

const serves = (device: Device, deploymentId: string): boolean =>
  device.report?.servingDeploymentId === deploymentId

/** A device that serves says so of the deployment before, too: that is still waiting. */
function newsOf(device: Device, deploymentId: string): string {
  if (serves(device, deploymentId)) return 'serving'
  const { state, message } = device.report ?? { state: 'silent', message: '' }
  return state === 'serving' || state === 'idle' ? 'waiting' : `${state} ${message}`.trimEnd()
}

/** Until every device of the group that is still trusted, or those of `names` alone, serve the deployment. */
export async function waitForServing(
  api: Api,
  target: { deploymentId: string; group: string; timeoutMs: number; names?: readonly string[] },
  onNews: (line: string) => void,
): Promise<void> {
  const deadline = Date.now() + target.timeoutMs
  const told = new Map<string, string>()
  for (;;) {
    const all = await allOf(api.trpc.devices.list, { group: target.group })
    const isAwaited = (d: Device) => d.revokedAt === null && (target.names?.includes(d.name) ?? true)
    const devices = all.filter(isAwaited)
    for (const device of devices) {
      const news = newsOf(device, target.deploymentId)
      if (told.get(device.name) !== news) onNews(`${device.name}: ${news}`)
      told.set(device.name, news)
    }
    const waiting = devices.filter((d) => !serves(d, target.deploymentId)).map((d) => d.name)
    if (waiting.length === 0) return
    if (Date.now() > deadline)
      throw new CommandFailed(
        `Cannot promote within ${target.timeoutMs / 1_000} s: ${waiting.join(', ')} do not serve it yet`,
      )
    await sleep(LOOK_EVERY_MS)
  }
}
