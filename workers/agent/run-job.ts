// Runs one measurement: a model, or the feature extractor, over a data set, from the first image that the
// control plane does not have yet. Rows go out in batches, so a crash costs at most one batch of work, and a job that
// was cancelled ends with the batch whose rows are refused. Energy is metered batch by batch too: what lies between
// two of them is transfer, not work.

import { ImageList, type Job } from '#contract/device-api.ts'
import type { ArtifactRef } from '#contract/digest.ts'
import { FEATURE_NAMES, FEATURES_VERSION } from '#contract/features.ts'
import { LabelList } from '#contract/model.ts'
import type { FeatureRow, Outcome } from '#contract/outcome.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import { decodeImage } from '#vision/decode.ts'
import { featureKernels } from '#vision/kernels/load-kernels.ts'
import { loadModel } from '#vision/onnx-model.ts'
import { pixelDigest } from '#vision/pixel-digest.ts'
import { workingImage } from '#vision/working-image.ts'
import { JobMeter, type JobMeterPorts } from '../energy/job-meter.ts'
import type { ControlClient } from './control-client.ts'
import { download } from './download.ts'

export interface JobPorts extends JobMeterPorts {
  readonly client: ControlClient
  /** Images stay here, so that the next model over the same data set fetches none. */
  readonly store: ArtifactStore
}

const BATCH = 50
/** ONNX Runtime and V8 are slow the first few times; those runs are not measured. */
const WARM_UP_RUNS = 5

type Measure<Row> = (bytes: Uint8Array, index: number) => Promise<Row>

export async function runJob(job: Job, ports: JobPorts): Promise<void> {
  // First of all, before anything is loaded that would keep the device busy.
  const meter = await JobMeter.open(ports)
  await download(ports, [job.images])
  const images = ImageList.parse(JSON.parse((await ports.store.readVerified(job.images.digest)).toString()))
  if (images.length !== job.count)
    throw new RangeError(`the list has ${images.length} images, expected ${job.count}`)
  if (job.kind === 'features') {
    if (job.featuresVersion !== FEATURES_VERSION)
      throw new RangeError(
        `features version is ${job.featuresVersion}, this device computes ${FEATURES_VERSION}`,
      )
    await measureAll(job, ports, { images, meter, measure: measureFeatures, pack: (rows) => ({ rows }) })
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
  await measureAll(job, ports, { images, meter, measure, pack: (outcomes) => ({ outcomes }) })
}

const measureFeatures: Measure<FeatureRow> = async (bytes, index) => {
  const image = await decodeImage(bytes)
  const start = performance.now()
  const working = await workingImage(image)
  const features = extractFeatures(working, FEATURE_NAMES, { kernels: featureKernels() })
  const latencyMs = performance.now() - start
  // After the clock: serving an image needs no digest.
  return { index, features, latencyMs, pixels: pixelDigest(working) }
}

interface Work<Row> {
  readonly images: readonly ArtifactRef[]
  readonly meter: JobMeter
  readonly measure: Measure<Row>
  readonly pack: (rows: Row[]) => { rows: FeatureRow[] } | { outcomes: Outcome[] }
}

async function measureAll<Row extends { latencyMs: number }>(job: Job, ports: JobPorts, work: Work<Row>) {
  let isWarm = false
  // The energy is told from what this run measured: a job that comes back at its very end runs its last batch again.
  for (let from = Math.min(job.from, Math.max(0, job.count - BATCH)); from < job.count; from += BATCH) {
    const batch = work.images.slice(from, from + BATCH)
    await download(ports, batch)
    if (!isWarm) await warmUp(work, await ports.store.read(batch[0]!.digest), from)
    isWarm = true
    const { rows } = await work.meter.watch(() => measureBatch(ports, work, { batch, from }))
    await ports.client.sendRows(job.id, work.pack(rows))
  }
  await ports.client.finishJob(job.id, {
    energy: await work.meter.energy(),
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  })
}

async function warmUp<Row>(work: Work<Row>, bytes: Uint8Array, index: number): Promise<void> {
  for (let run = 0; run < WARM_UP_RUNS; run++) await measureOne(work, bytes, index)
}

async function measureBatch<Row extends { latencyMs: number }>(
  ports: JobPorts,
  work: Work<Row>,
  { batch, from }: { batch: readonly ArtifactRef[]; from: number },
) {
  const rows: Row[] = []
  let busyMs = 0
  for (const [i, ref] of batch.entries()) {
    ports.signal.throwIfAborted()
    const row = await measureOne(work, await ports.store.read(ref.digest), from + i)
    busyMs += row.latencyMs
    rows.push(row)
  }
  return { rows, images: rows.length, busySeconds: busyMs / 1_000 }
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
