// The energy of a finished job as a meter in its supply has seen it. When the job ran the device told itself, of the
// run that ended it; of devices that do not tell it the control plane's clock is the best that is known, from taking
// the job to its end, with loading and transfers in it.

import type { Energy } from '#contract/outcome.ts'
import { alignPowerTrace, type JobTimes } from '#core/profile/align-power-trace.ts'
import { claimArtifact } from '#db/queries/artifacts.ts'
import type { DeviceJobRow } from '#db/queries/device-jobs.ts'
import { verifiedBytes } from '#platform/artifacts/verified-bytes.ts'
import type { Context } from '../context.ts'
import { Refusal } from '../refusal.ts'
import { readPowerCsv } from './read-power-csv.ts'

export interface TraceImport {
  readonly csv: string
  readonly offsetMs?: number | undefined
  readonly markerS?: number | undefined
  readonly idle: { readonly fromS: number; readonly toS: number }
}

/** Throws a Refusal where the trace cannot be read or does not cover the job. */
export async function energyFromTrace(
  { artifacts, db }: Pick<Context, 'artifacts' | 'db'>,
  job: DeviceJobRow,
  { csv, offsetMs = 0, markerS, idle }: TraceImport,
): Promise<Energy> {
  const sizeBytes = await claimArtifact(db, csv)
  if (sizeBytes === undefined)
    throw new Refusal('not-found', `Cannot find artifact "${csv}": it does not exist`)
  const trace = await readPowerCsv(verifiedBytes(await artifacts.open({ digest: csv, sizeBytes }), csv), csv)
  const { times, clock: whose } = timesOf(job)
  const clock = markerS === undefined ? { offsetMs } : { markerS }
  const { perImageJ, ...aligned } = refusing(() => alignPowerTrace(trace, times, { clock, idle }))
  const { offsetMs: used, ...figures } = aligned
  return {
    perImageJ,
    method: 'monsoon',
    source:
      `trace ${csv}, clock offset ${Math.round(used)} ms${markerS === undefined ? '' : ' by a marker'}, ` +
      `idle from ${idle.fromS} to ${idle.toS} s of it; the job by ${whose} clock, transfers between batches included`,
    images: times.images,
    startedAt: new Date(times.startedAtMs).toISOString(),
    endedAt: new Date(times.endedAtMs).toISOString(),
    ...figures,
  }
}

function timesOf(job: DeviceJobRow): { times: JobTimes; clock: string } {
  const { startedAt, endedAt, images } = job.result!.energy
  if (startedAt !== undefined && endedAt !== undefined)
    return {
      times: {
        startedAtMs: Date.parse(startedAt),
        endedAtMs: Date.parse(endedAt),
        images: images ?? job.total,
      },
      clock: 'the device’s',
    }
  return {
    times: {
      startedAtMs: job.startedAt!.getTime(),
      endedAtMs: job.finishedAt!.getTime(),
      images: job.total,
    },
    clock: 'the control plane’s',
  }
}

/** The core says no by a RangeError whose message is a sentence. */
function refusing<T>(compute: () => T): T {
  try {
    return compute()
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal('invalid', error.message, { cause: error })
    throw error
  }
}
