// Runs one measurement: a model, or the feature extractor, over a data set, from the first image that the
// control plane does not have yet. Rows go out in batches, so a crash costs at most one batch of work, and a job that
// was cancelled ends with the batch whose rows are refused. Energy is metered batch by batch too: what lies between
// two of them is transfer, not work. The work itself is done in a vision process of the job's own, by whose clock
// latencies are measured: serving goes on beside it, and no image of a data set can take the device down.

import { ImageList, type Job } from '#contract/device-api.ts'
import type { ArtifactRef } from '#contract/digest.ts'
import { FEATURES_VERSION } from '#contract/features.ts'
import { LabelList } from '#contract/model.ts'
import type { FeatureRow, Outcome } from '#contract/outcome.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import type { SeenImage } from '#vision/vision.ts'
import { JobMeter, type JobMeterPorts } from '../energy/job-meter.ts'
import { ProcessVision } from '../vision/process-vision.ts'
import type { ModelSource } from '../vision/wire/vision-calls.ts'
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

type Measure<Row> = (image: SeenImage, index: number) => Promise<Row>

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
    await using vision = await ProcessVision.start({})
    const measure: Measure<FeatureRow> = async (image, index) => ({
      index,
      ...(await vision.measureFeatures(image)),
    })
    await measureAll(job, ports, { images, meter, vision, measure, pack: (rows) => ({ rows }) })
    return
  }
  await using vision = await ProcessVision.start({ model: await modelOf(job, ports) })
  const measure: Measure<Outcome> = async (image, index) => ({
    index,
    ...(await vision.measureOutcome(image, 5)),
  })
  await measureAll(job, ports, { images, meter, vision, measure, pack: (outcomes) => ({ outcomes }) })
}

async function modelOf({ model }: Job & { kind: 'profile' }, ports: JobPorts): Promise<ModelSource> {
  const { file, labels, name, contract } = model
  await download(ports, [file, labels])
  const names = LabelList.parse(JSON.parse((await ports.store.readVerified(labels.digest)).toString()))
  return { file: ports.store.path(file.digest), digest: file.digest, name, contract, labels: names }
}

interface Work<Row> {
  readonly images: readonly ArtifactRef[]
  readonly meter: JobMeter
  readonly vision: ProcessVision
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
    peakMemoryBytes: await work.vision.peakRssBytes(),
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
  const image = { bytes }
  try {
    return await work.measure(image, index)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it failed'
    throw new Error(`Cannot measure image ${index} (${work.images[index]!.digest}): ${why}`, { cause })
  } finally {
    work.vision.forget(image)
  }
}
