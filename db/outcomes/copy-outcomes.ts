// Whole profiles into the database by COPY, for who has them whole: a profile that was made elsewhere, or a bench.
// Devices send batches of 50 instead, since a crash should cost no more than a batch; both make the same rows.

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Pool } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Outcome } from '#contract/outcome.ts'
import { type PackedOutcomes, packOutcomes } from './packed-outcomes.ts'

/** 34 KB a row: large enough that headers cost nothing, small enough to be made and read in passing. */
const IMAGES_PER_ROW = 500

export interface WholeProfile {
  readonly jobId: string
  /** From image 0 on, without a gap. */
  readonly outcomes: readonly Outcome[]
}

/** All of them or none. */
export async function copyOutcomes(pool: Pool, profiles: Iterable<WholeProfile>): Promise<void> {
  const client = await pool.connect()
  try {
    const rows = client.query(
      copyFrom('copy outcome_chunks (job_id, first, count, classes, probabilities, latencies) from stdin'),
    )
    await pipeline(Readable.from(linesOf(profiles)), rows)
  } finally {
    client.release()
  }
}

function* linesOf(profiles: Iterable<WholeProfile>): Generator<string> {
  for (const { jobId, outcomes } of profiles)
    for (let i = 0; i < outcomes.length; i += IMAGES_PER_ROW)
      yield lineOf(jobId, packOutcomes(outcomes.slice(i, i + IMAGES_PER_ROW)))
}

/** In COPY's text form, in which a backslash is written twice. Ids hold no tabs. */
function lineOf(jobId: string, { first, count, classes, probabilities, latencies }: PackedOutcomes): string {
  const hex = (bytes: Buffer) => `\\\\x${bytes.toString('hex')}`
  return `${[jobId, first, count, hex(classes), hex(probabilities), hex(latencies)].join('\t')}\n`
}
