// What can be watched. Streams are server-sent events with ids: a client that was cut off comes back with the last id
// that it saw (`lastEventId`) and misses nothing.

import { z } from 'zod'
import { JobState } from './profile.ts'

const lastEventId = z.string().max(200).nullish()

export const WatchOne = z.object({ id: z.string().min(1).max(100), lastEventId })

/** The measurements of these ids, until all have ended. */
export const WatchProfiles = z.object({
  ids: z.array(z.string().max(100)).min(1).max(1_000),
  lastEventId,
})

export const ProfileProgress = z.object({
  id: z.string(),
  state: JobState,
  done: z.number(),
  total: z.number(),
  message: z.string(),
})
export type ProfileProgress = z.infer<typeof ProfileProgress>

export const WatchDecisions = z.object({
  /** Of one deployment alone. */
  deploymentId: z.string().max(100).optional(),
  /** The newest so many of each half second: a sample where more were made. */
  limit: z.number().int().min(1).max(100).default(20),
  lastEventId,
})
