// How callers name things: by name or id, by id alone, by group.

import { z } from 'zod'
import { GroupOfDevices } from '../rollout.ts'

/** Names are unique, and ids are taken in their place. */
export const ByName = z.object({ name: z.string().min(1).max(200) })
export const ById = z.object({ id: z.string().min(1).max(100) })
export const GroupName = GroupOfDevices.default('default')

/** A name or an id as part of another input. */
export const Which = z.string().min(1).max(200)

/** Kept with a step, for whoever asks later. */
export const Reason = z.string().trim().min(3).max(1_000)
