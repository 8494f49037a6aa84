// Profiles of made-up outcomes as rows of a database: so many models on so many images, on a local and an edge device.
// Shares are as in bench/evaluation.ts, and doubles compress no better than measured ones.

import type { Outcome } from '#contract/outcome.ts'
import { summariseProfile } from '#core/profile/summarise.ts'
import { createRandom } from '#core/random.ts'
import type { Database } from '#db/connect.ts'
import { copyOutcomes, type WholeProfile } from '#db/outcomes/copy-outcomes.ts'
import { insertDataset } from '#db/queries/datasets.ts'
import { addArtifact, addDevice, addModel } from '#test/db/filled-database.ts'

export interface StoredSize {
  readonly models: number
  readonly images: number
}

const CLASSES = 1_000

/** The data set and its true classes. */
export async function fillAround(
  { db, pool }: Database,
  { models, images: count }: StoredSize,
): Promise<number[]> {
  await pool.query(
    `insert into artifacts (digest, size_bytes, media_type)
     select 'sha256:' || lpad(to_hex(i), 64, '0'), 100000, 'image/jpeg' from generate_series(0, $1 - 1) i`,
    [count],
  )
  const labels = Array.from({ length: count }, (_, i) => i % CLASSES)
  const images = labels.map((label, i) => ({
    digest: `sha256:${i.toString(16).padStart(64, '0')}`,
    label,
    path: `${i}.jpeg`,
  }))
  const text = await addArtifact(db, 'labels')
  await insertDataset(db, { name: 'images', labelsDigest: text, imagesDigest: text, images })
  for (let i = 0; i < models; i++) await addModel(db, `model-${i}`)
  await addDevice(db, 'local', 'local')
  await addDevice(db, 'edge', 'edge')
  return labels
}

function profileOf(model: number, labels: readonly number[]): Outcome[] {
  const random = createRandom(1, model)
  const fails = 0.293 - 0.0082 * model
  return labels.map((label, index) => {
    const isRight = random() >= fails
    const best = isRight ? label : (label + 1) % CLASSES
    const sure = (isRight ? 0.5 : 0.3) + 0.4 * random()
    const top = [0, 1, 2, 3, 4].map((rank) => ({
      class: (best + 7 * rank) % CLASSES,
      p: rank === 0 ? sure : ((1 - sure) * random()) / 4,
    }))
    return { index, top, latencyMs: 10 + 5 * model + random() }
  })
}

/** Answers how long COPY took. Jobs are inserted as done: what a device sends row by row is measured elsewhere. */
export async function loadProfiles(
  { pool }: Database,
  labels: number[],
  { device, models }: { readonly device: 'local' | 'edge'; readonly models: number },
): Promise<number> {
  const profiles: WholeProfile[] = []
  for (let model = 0; model < models; model++) {
    const outcomes = profileOf(model, labels)
    const energy = { perImageJ: 0.5 + model, method: 'model' as const, source: 'made up' }
    const result = { energy, peakMemoryBytes: 1e8 + model }
    const jobId = `job_${device}_${model}`
    await pool.query(
      `insert into device_jobs (id, kind, device_id, dataset_id, model_id, state, done, total, result, summary, finished_at)
       select $1, 'profile', d.id, s.id, m.id, 'done', s.image_count, s.image_count, $2, $3, now()
       from devices d, datasets s, models m where d.name = $4 and m.name = $5`,
      [jobId, result, summariseProfile(outcomes, labels, result), device, `model-${model}`],
    )
    profiles.push({ jobId, outcomes })
  }
  const started = performance.now()
  await copyOutcomes(pool, profiles)
  return (performance.now() - started) / 1_000
}
