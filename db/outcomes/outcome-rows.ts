// The outcomes of profiles: written batch by batch as devices send them, read whole, or by their best class alone where
// a selection looks through two dozen profiles at once.

import { asc, eq, sql } from 'drizzle-orm'
import type { Outcome } from '#contract/outcome.ts'
import type { Db } from '../db.ts'
import { outcomeChunks } from '../schema/profile.ts'
import { float8sOf, int4sOf, packOutcomes, unpackOutcomes } from './packed-outcomes.ts'

/** In order and without a gap; whoever calls holds the job's row, so that nobody else stores the same images. */
export async function insertOutcomes(db: Db, jobId: string, outcomes: readonly Outcome[]): Promise<void> {
  await db.insert(outcomeChunks).values({ jobId, ...packOutcomes(outcomes) })
}

export async function jobOutcomes(db: Db, jobId: string): Promise<Outcome[]> {
  const chunks = await db
    .select()
    .from(outcomeChunks)
    .where(eq(outcomeChunks.jobId, jobId))
    .orderBy(asc(outcomeChunks.first))
  return chunks.flatMap(unpackOutcomes)
}

/** By image, in the data set's order: a profile's best class and its probability. */
export interface TopAnswers {
  readonly classes: Int32Array
  readonly probabilities: Float64Array
}

const { jobId, first, count, classes, probabilities } = outcomeChunks
// Columns lie uncompressed, so that the beginning of a value is read without the rest.
const bestClasses = sql<Buffer>`substr(${classes}, 1, 4 * ${count})`
const bestProbabilities = sql<Buffer>`substr(${probabilities}, 1, 8 * ${count})`

const ofJobs = (jobIds: readonly string[]) => sql`${jobId} = any(${sql.param([...jobIds])}::text[])`

/** By job; one without outcomes is missing. */
export async function topAnswers(
  db: Db,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, TopAnswers>> {
  const chunks = await db
    .select({ jobId, first, count, classes: bestClasses, probabilities: bestProbabilities })
    .from(outcomeChunks)
    .where(ofJobs(jobIds))
  return mapValues(byJob(chunks), (own) => ({
    classes: joined(own, new Int32Array(lengthOf(own)), (chunk) => int4sOf(chunk.classes)),
    probabilities: joined(own, new Float64Array(lengthOf(own)), (chunk) => float8sOf(chunk.probabilities)),
  }))
}

/** The same without probabilities: a third of the bytes. */
export async function topClasses(
  db: Db,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, Int32Array>> {
  const chunks = await db
    .select({ jobId, first, count, classes: bestClasses })
    .from(outcomeChunks)
    .where(ofJobs(jobIds))
  return mapValues(byJob(chunks), (own) =>
    joined(own, new Int32Array(lengthOf(own)), (chunk) => int4sOf(chunk.classes)),
  )
}

interface Chunk {
  readonly jobId: string
  readonly first: number
  readonly count: number
}

function byJob<C extends Chunk>(chunks: readonly C[]): Map<string, C[]> {
  const found = new Map<string, C[]>()
  for (const chunk of chunks) {
    const own = found.get(chunk.jobId)
    if (own) own.push(chunk)
    else found.set(chunk.jobId, [chunk])
  }
  return found
}

const mapValues = <V, W>(map: ReadonlyMap<string, V>, of: (value: V) => W): Map<string, W> =>
  new Map([...map].map(([key, value]) => [key, of(value)]))

/** Throws a RangeError where an image between two others has no outcome: it would silently count as class 0. */
function lengthOf(chunks: readonly Chunk[]): number {
  const end = Math.max(...chunks.map((chunk) => chunk.first + chunk.count))
  const stored = chunks.reduce((sum, chunk) => sum + chunk.count, 0)
  if (stored === end) return end
  throw new RangeError(
    `Cannot read outcomes of job "${chunks[0]!.jobId}": has ${stored}, expected ${end}, one an image`,
  )
}

/** Each chunk to its place: sorting them in the database would drag their bytes along. */
function joined<C extends Chunk, T extends Int32Array | Float64Array>(
  chunks: readonly C[],
  whole: T,
  numbersOf: (chunk: C) => T,
): T {
  for (const chunk of chunks) whole.set(numbersOf(chunk), chunk.first)
  return whole
}
