// Stage profile: what is asked of models, data sets and measurements.

import { z } from 'zod'
import { Digest } from '../digest.ts'
import { ModelName } from '../model.ts'
import { ById, ByName, Which } from './names.ts'
import { PageQuery } from './page.ts'

const IMAGES_MAX = 100_000

/** In the order of names. */
export const ModelList = PageQuery.extend({
  family: z.string().max(200).optional(),
  /** Those that answer in this list of class names. */
  labels: Digest.optional(),
})

export const ModelFile = z.object({ file: Digest })

export const DatasetDraft = z.object({
  name: ModelName,
  labels: Digest,
  images: z
    .array(z.object({ digest: Digest, label: z.number().int().nonnegative(), path: z.string().max(1_000) }))
    .min(1)
    .max(IMAGES_MAX),
})
export type DatasetDraft = z.infer<typeof DatasetDraft>

/** In the order of names. */
export const DatasetList = PageQuery.extend({ labels: Digest.optional() })

/** In the data set's order; of one class where it is given. */
export const DatasetImages = PageQuery.extend({
  ...ByName.shape,
  label: z.number().int().nonnegative().max(IMAGES_MAX).optional(),
})

export const ProfileDraft = z.object({
  dataset: z.string().min(1),
  models: z.array(z.string().min(1)).min(1).max(100),
  /** Names; all devices that are enrolled where it is left out. */
  devices: z.array(z.string().min(1)).min(1).max(100).optional(),
})
export type ProfileDraft = z.infer<typeof ProfileDraft>

export const JobState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled'])
export type JobState = z.infer<typeof JobState>

/** Oldest first, as they will be worked off, or newest first. */
export const JobList = PageQuery.extend({
  limit: PageQuery.shape.limit.unwrap().default(1_000),
  dataset: Which.optional(),
  device: Which.optional(),
  model: Which.optional(),
  kind: z.enum(['profile', 'features']).optional(),
  states: z.array(JobState).min(1).max(5).optional(),
  ids: z.array(z.string().max(100)).max(1_000).optional(),
  newestFirst: z.boolean().default(false),
})

export const EnergyImport = ById.extend({
  /** Of the uploaded trace. */
  csv: Digest,
  /** Device's clock minus the trace's; 0 for a trace that tells the time of day in seconds since 1970. */
  offsetMs: z.number().optional(),
  /** Instead of an offset: where in the trace the job begins. */
  markerS: z.number().optional(),
  /** From the trace's first sample on. */
  idle: z
    .object({ fromS: z.number().nonnegative(), toS: z.number().positive() })
    .default({ fromS: 0, toS: 5 }),
}).refine((given) => given.offsetMs === undefined || given.markerS === undefined, {
  path: ['markerS'],
  message: 'expected an offset or a marker, not both',
})
