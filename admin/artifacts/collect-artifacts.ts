// What nothing refers to goes, once nobody has touched it for the grace time: uploads that were never used, files that
// the gate refused, images of a data set that was not made. Rows first, then bytes, and bytes only while no row vouches
// for them: a crash in between leaves bytes that the next run finds, never a row without bytes.
//
// Safe beside uploads: whoever is about to refer to an artifact touches it first, and whoever stores bytes that are
// collected at the same moment is told to send them again (keep-artifact.ts). Two runs at once share the work.

import type { ArtifactRef } from '#contract/digest.ts'
import { artifactSizes, lockArtifact } from '#db/queries/artifacts.ts'
import { type CollectionPage, deleteUnreferenced, listUnreferenced } from '#db/queries/storage/collection.ts'
import type { Context } from '../context.ts'

type Ports = Pick<Context, 'db' | 'artifacts' | 'log'>

export const GRACE_HOURS = 168

/** Locked at once; documents are read once for each. */
const PAGE = 1_000

export interface CollectionAsk {
  readonly graceHours?: number | undefined
  /** Says what would go. */
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

export interface CollectionResult {
  /** That nothing refers to. */
  readonly unreferenced: Count
  /** Bytes that no row vouches for. */
  readonly strays: Count
  /** The first of them, for a person to look at. */
  readonly examples: readonly string[]
}

interface Count {
  readonly count: number
  readonly sizeBytes: number
}

const EXAMPLES_MAX = 20

export async function collectArtifacts(
  ports: Ports,
  { graceHours = GRACE_HOURS, dryRun = false, signal }: CollectionAsk = {},
): Promise<CollectionResult> {
  const [unreferenced, strays] = [new Tally(), new Tally()]
  for await (const ref of unreferencedRows(ports, { graceHours, dryRun, signal })) {
    unreferenced.add(ref)
    if (!dryRun) await removeBytes(ports, ref.digest)
  }
  for await (const ref of strayBytes(ports, graceHours)) {
    signal?.throwIfAborted()
    if (dryRun || (await removeBytes(ports, ref.digest))) strays.add(ref)
  }
  const result = {
    unreferenced: unreferenced.total,
    strays: strays.total,
    examples: [...unreferenced.digests, ...strays.digests].slice(0, EXAMPLES_MAX),
  }
  if (!dryRun && unreferenced.total.count + strays.total.count > 0)
    ports.log.info(result, 'artifacts were collected')
  return result
}

/** Their rows are gone when they are told of, but for a dry run. */
async function* unreferencedRows(
  { db }: Ports,
  { graceHours, dryRun, signal }: { graceHours: number; dryRun: boolean; signal: AbortSignal | undefined },
): AsyncGenerator<ArtifactRef> {
  const look = dryRun ? listUnreferenced : deleteUnreferenced
  for (let after: string | undefined = ''; after !== undefined; ) {
    signal?.throwIfAborted()
    const page: CollectionPage = { graceHours, after, limit: PAGE }
    const { artifacts, next } = await look(db, page)
    yield* artifacts
    after = next
  }
}

async function* strayBytes({ db, artifacts }: Ports, graceHours: number): AsyncGenerator<ArtifactRef> {
  const oldestMs = Date.now() - graceHours * 3_600_000
  const batch: ArtifactRef[] = []
  const strays = async () => {
    const sizes = await artifactSizes(
      db,
      batch.map(({ digest }) => digest),
    )
    return batch.splice(0).filter(({ digest }) => !sizes.has(digest))
  }
  for await (const { digest, sizeBytes, storedAtMs } of artifacts.entries()) {
    if (storedAtMs >= oldestMs) continue
    batch.push({ digest, sizeBytes })
    if (batch.length === PAGE) yield* await strays()
  }
  yield* await strays()
}

/** False where a row vouches for them again. */
const removeBytes = ({ db, artifacts }: Ports, digest: string): Promise<boolean> =>
  db.transaction(async (tx) => {
    await lockArtifact(tx, digest)
    if ((await artifactSizes(tx, [digest])).size > 0) return false
    await artifacts.remove(digest)
    return true
  })

class Tally {
  readonly digests: string[] = []
  #count = 0
  #sizeBytes = 0

  add({ digest, sizeBytes }: ArtifactRef): void {
    this.#count++
    this.#sizeBytes += sizeBytes
    if (this.digests.length < EXAMPLES_MAX) this.digests.push(digest)
  }

  get total(): Count {
    return { count: this.#count, sizeBytes: this.#sizeBytes }
  }
}
