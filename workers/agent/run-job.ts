// Runs one measurement: a model, or the feature extractor, over a data set, from the first image that the
// control plane does not have yet. Rows go out in batches, so a crash costs at most one batch of work.

import { ImageList, type Job } from '#contract/device-api.ts'
import type { ArtifactRef } from '#contract/digest.ts'
import { FEATURE_NAMES, FEATURES_VERSION } from '#contract/features.ts'
import { LabelList } from '#contract/model.ts'
import type { FeatureRow, JobResult, Outcome } from '#contract/outcome.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import { modelEnergyJ } from '#core/profile/energy-model.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import { decodeImage } from '#vision/decode.ts'
import { loadModel } from '#vision/onnx-model.ts'
import { workingImage } from '#vision/working-image.ts'
import type { ActivePower } from '../config.ts'
import type { ControlClient } from './control-client.ts'
import { download } from './download.ts'

export interface JobPorts {
  readonly client: ControlClient
  /** Images stay here, so that the next model over the same data set fetches none. */
  readonly store: ArtifactStore
  readonly power: ActivePower
  readonly signal: AbortSignal
}

const BATCH = 50
/** ONNX Runtime and V8 are slow the first few times; those runs are not measured. */
const WARM_UP_RUNS = 5

type Measure<Row> = (bytes: Uint8Array, index: number) => Promise<Row>

export async function runJob(job: Job, ports: JobPorts): Promise<void> {
  await download(ports, [job.images])
  const images = ImageList.parse(JSON.parse((await ports.store.readVerified(job.images.digest)).toString()))
  if (images.length !== job.count)
    throw new RangeError(`the list has ${images.length} images, expected ${job.count}`)
  if (job.kind === 'features') {
    if (job.featuresVersion !== FEATURES_VERSION)
      throw new RangeError(
        `features version is ${job.featuresVersion}, this device computes ${FEATURES_VERSION}`,
      )
    await measureAll(job, ports, { images, measure: measureFeatures, pack: (rows) => ({ rows }) })
    return
  }
  await download(ports, [job.model.file, job.model.labels])
  const labels = LabelList.parse(
    JSON.parse((await ports.store.readVerified(job.model.labels.digest)).toString()),
  )
  const file = await ports.store.readVerified(job.model.file.digest)
  await using model = await loadModel(file, { name: job.model.name, contract: job.model.contract, labels })
  const measure: Measure<Outcome> = async (bytes, index) => {
    const image = await decodeImage(bytes)
    const start = performance.now()
    const top = await model.outcome(image, 5)
    return { index, top, latencyMs: performance.now() - start }
  }
  await measureAll(job, ports, { images, measure, pack: (outcomes) => ({ outcomes }) })
}

const measureFeatures: Measure<FeatureRow> = async (bytes, index) => {
  const image = await decodeImage(bytes)
  const start = performance.now()
  const features = extractFeatures(await workingImage(image), FEATURE_NAMES)
  return { index, features, latencyMs: performance.now() - start }
}

interface Work<Row> {
  readonly images: readonly ArtifactRef[]
  readonly measure: Measure<Row>
  readonly pack: (rows: Row[]) => { rows: FeatureRow[] } | { outcomes: Outcome[] }
}

async function measureAll<Row extends { latencyMs: number }>(job: Job, ports: JobPorts, work: Work<Row>) {
  let totalMs = 0
  let measured = 0
  // The energy is told from what this run measured: a job that comes back at its very end runs its last batch again.
  for (let from = Math.min(job.from, Math.max(0, job.count - BATCH)); from < job.count; from += BATCH) {
    const batch = work.images.slice(from, from + BATCH)
    await download(ports, batch)
    const rows: Row[] = []
    for (const [i, ref] of batch.entries()) {
      ports.signal.throwIfAborted()
      const bytes = await ports.store.read(ref.digest)
      if (measured === 0) for (let run = 0; run < WARM_UP_RUNS; run++) await measureOne(work, bytes, from + i)
      const row = await measureOne(work, bytes, from + i)
      totalMs += row.latencyMs
      measured++
      rows.push(row)
    }
    await ports.client.sendRows(job.id, work.pack(rows))
  }
  await ports.client.finishJob(job.id, result(ports.power, totalMs / measured))
}

/** A job that fails on an image names it: nobody finds it otherwise among thousands. */
async function measureOne<Row>(work: Work<Row>, bytes: Uint8Array, index: number): Promise<Row> {
  try {
    return await work.measure(bytes, index)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it failed'
    throw new Error(`Cannot measure image ${index} (${work.images[index]!.digest}): ${why}`, { cause })
  }
}

const result = (power: ActivePower, meanMs: number): JobResult => ({
  energy: {
    perImageJ: modelEnergyJ(power.watts, meanMs),
    method: 'model',
    source: `${power.watts} W above idle (${power.source})`,
  },
  peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
})
