// Finished profile jobs with the names that people know their models and devices by.

import type { ProfileSummary } from '#contract/outcome.ts'
import type { Api } from './api.ts'
import type { Jobs } from './wait.ts'

export interface ProfileLine {
  readonly model: string
  readonly device: string
  readonly summary: ProfileSummary
}

export async function profileLines(api: Api, jobs: Jobs): Promise<ProfileLine[]> {
  const models = new Map((await api.trpc.models.list.query()).map((m) => [m.id, m.name]))
  const devices = new Map((await api.trpc.devices.list.query()).map((d) => [d.id, d.name]))
  return jobs.flatMap(({ summary, modelId, deviceId }) =>
    summary && modelId ? [{ model: models.get(modelId)!, device: devices.get(deviceId)!, summary }] : [],
  )
}
