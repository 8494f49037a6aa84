// Finished profile jobs with the names that people know their models and devices by.

import type { ProfileSummary } from '#contract/outcome.ts'
import type { Api } from './api.ts'
import { allOf } from './link/pages.ts'
import type { Jobs } from './wait.ts'

export interface ProfileLine {
  readonly model: string
  readonly device: string
  readonly summary: ProfileSummary
}

export async function profileLines(api: Api, jobs: Jobs): Promise<ProfileLine[]> {
  const ids = [...new Set(jobs.map((job) => job.deviceId))]
  const models = new Map((await allOf(api.trpc.models.list)).map((m) => [m.id, m.name]))
  const devices = new Map((await allOf(api.trpc.devices.list, { ids })).map((d) => [d.id, d.name]))
  return jobs.flatMap(({ summary, modelId, deviceId }) =>
    summary && modelId ? [{ model: models.get(modelId)!, device: devices.get(deviceId)!, summary }] : [],
  )
}
