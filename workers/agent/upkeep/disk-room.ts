// Room on disk for a deployment, before the first byte of it is fetched. Current and previous stay whatever
// happens; garbage goes, then images of past measurements, the oldest first, since both can be fetched again, and at
// last captured images. What does not fit then is refused with the figures, and the device goes on as it is.
//
// While a deployment is being installed the disk holds three: it, the current and the previous. The budget is for
// that moment, for artifacts, images and captures together.

import type { ArtifactRef } from '#contract/digest.ts'
import type { ArtifactStore, StoredArtifact } from '#platform/artifact-store.ts'
import { collect } from './collect.ts'

/** For state files, spool and the log: they must never meet a full disk because of a model. */
export const DISK_SPARE_BYTES = 32 * 1024 ** 2

export class NoRoom extends Error {
  readonly neededBytes: number
  readonly freeBytes: number
  constructor(neededBytes: number, disk: DiskNow) {
    const left = Math.max(0, disk.budgetBytes - disk.usedBytes)
    const free = Math.max(0, disk.freeBytes - DISK_SPARE_BYTES)
    super(
      `Cannot install: needs ${neededBytes} bytes on disk, ${Math.min(free, left)} bytes are free ` +
        `(${free} on the disk, ${left} of the budget of ${disk.budgetBytes})`,
    )
    this.name = 'NoRoom'
    this.neededBytes = neededBytes
    this.freeBytes = Math.min(free, left)
  }
}

export interface DiskNow {
  readonly freeBytes: number
  /** By artifacts and images of this device. */
  readonly usedBytes: number
  readonly budgetBytes: number
}

/** Bytes that are missing; 0 where it fits. */
export const lackBytes = (neededBytes: number, disk: DiskNow): number =>
  neededBytes === 0
    ? 0
    : Math.max(
        0,
        neededBytes + DISK_SPARE_BYTES - disk.freeBytes,
        neededBytes + disk.usedBytes - disk.budgetBytes,
      )

/** Hard images that wait for a person. */
export interface CapturedImages {
  readonly sizeBytes: number
  /** At least so many bytes, the oldest first, or all. */
  evict(bytes: number): Promise<void>
}

export interface RoomPorts {
  readonly store: ArtifactStore
  readonly captures?: CapturedImages | undefined
  /** Images that may go now: none while a measurement reads them. */
  readonly images: ArtifactStore | undefined
  readonly budgetBytes: number
}

/** Makes room for `missing`; throws a `NoRoom` where there is none. `keep` are digests that stay. */
export async function makeRoom(
  missing: readonly ArtifactRef[],
  keep: ReadonlySet<string>,
  ports: RoomPorts,
): Promise<void> {
  const lack = async () => {
    const neededBytes = await stillToCome(ports.store, missing)
    const disk = await diskNow(ports)
    return { neededBytes, disk, bytes: lackBytes(neededBytes, disk) }
  }
  if ((await lack()).bytes === 0) return
  await collect(ports.store, keep)
  const { bytes } = await lack()
  if (bytes > 0 && ports.images) await evictOldest(ports.images, bytes)
  if (ports.captures) await ports.captures.evict((await lack()).bytes)
  const last = await lack()
  if (last.bytes > 0) throw new NoRoom(last.neededBytes, last.disk)
}

async function stillToCome(store: ArtifactStore, missing: readonly ArtifactRef[]): Promise<number> {
  let bytes = 0
  for (const ref of missing) bytes += Math.max(0, ref.sizeBytes - (await store.partialBytes(ref.digest)))
  return bytes
}

/** What captures may take beside those that there are: a model that comes later takes it back. */
export async function roomForCapturesBytes(ports: RoomPorts): Promise<number> {
  const { usedBytes, freeBytes, budgetBytes } = await diskNow(ports)
  return Math.min(budgetBytes - usedBytes, freeBytes - DISK_SPARE_BYTES)
}

async function diskNow({ store, images, captures, budgetBytes }: RoomPorts): Promise<DiskNow> {
  const ofImages = images ? await storedBytes(images) : 0
  const usedBytes = (await storedBytes(store)) + ofImages + (captures?.sizeBytes ?? 0)
  return { freeBytes: await store.freeBytes(), usedBytes, budgetBytes }
}

async function storedBytes(store: ArtifactStore): Promise<number> {
  let bytes = 0
  for await (const { sizeBytes } of store.entries()) bytes += sizeBytes
  return bytes
}

/** After a measurement: images stay for the next model over the same data set, as far as the budget goes. */
export async function keepImagesWithin(ports: RoomPorts & { images: ArtifactStore }): Promise<void> {
  const { usedBytes, budgetBytes } = await diskNow(ports)
  if (usedBytes > budgetBytes) await evictOldest(ports.images, usedBytes - budgetBytes)
}

async function evictOldest(images: ArtifactStore, bytes: number): Promise<void> {
  const all: StoredArtifact[] = []
  for await (const entry of images.entries()) all.push(entry)
  all.sort((a, b) => a.storedAtMs - b.storedAtMs)
  let freed = 0
  for (const { digest, sizeBytes } of all) {
    if (freed >= bytes) return
    await images.remove(digest)
    freed += sizeBytes
  }
}
