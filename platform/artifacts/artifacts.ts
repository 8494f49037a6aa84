// The port of artifact stores: bytes by their SHA-256, whole or not at all. Two stores stand behind it, a folder
// (artifact-store.ts) and a bucket of an S3-compatible server (s3/); test/platform/artifacts holds both to the same
// promises. What only a folder can give, a path without waiting, is not here: devices use the folder itself.
//
// What exists is decided by the rows of `artifacts` in the database, not here: a store may hold bytes that no row
// names (a crash in between), and those are collected like any other.

import type { Readable } from 'node:stream'
import type { ArtifactRef } from '#contract/digest.ts'
import type { PartialArtifact } from '../partial-artifact.ts'

export interface Expectation {
  readonly digest?: string
  readonly sizeBytes?: number
  readonly sizeMaxBytes: number
}

/** Both ends belong to it, as in RFC 9110. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface StoredArtifact extends ArtifactRef {
  readonly storedAtMs: number
}

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export interface Artifacts {
  /** Undefined where there is nothing under that digest. Throws a ZodError for anything that is not a digest. */
  size(digest: string): Promise<number | undefined>
  has(ref: ArtifactRef): Promise<boolean>
  /**
   * The bytes as they are stored, or a range of them, not hashed: for whoever checks them at the other end. Throws an
   * ArtifactRefused before the first byte where they are not there or are of another size.
   */
  open(ref: ArtifactRef, range?: ByteRange): Promise<Readable>
  /** The whole, hashed; throws an ArtifactRefused for other bytes. */
  readVerified(digest: string): Promise<Buffer>
  /** As readVerified, a piece at a time. */
  isIntact(ref: ArtifactRef): Promise<boolean>
  /** For programs that want a file. It was hashed, is theirs to read, and may be gone afterwards. */
  withFile<T>(digest: string, use: (file: string) => Promise<T>): Promise<T>
  putBytes(bytes: Uint8Array): Promise<ArtifactRef>
  /** Stores a stream under the digest of its bytes, or refuses it and leaves nothing behind. */
  put(chunks: Chunks, expected: Expectation): Promise<ArtifactRef>
  /** `fill` appends what is missing of the artifact; what it leaves unfinished waits for the next time, on this machine. */
  resume(ref: ArtifactRef, fill: (partial: PartialArtifact) => Promise<void>): Promise<void>
  partialBytes(digest: string): Promise<number>
  /** Uploads in parts, which any process that shares the store may go on with. */
  readonly parts: UploadParts
  remove(digest: string): Promise<void>
  /** What is stored, with how much and since when; what comes and goes meanwhile may be in it or not. */
  entries(): AsyncGenerator<StoredArtifact>
  /**
   * Removes what crashed runs left unfinished. `staleMs`: what is younger belongs to another process that shares the
   * store; 0 where there is none.
   */
  sweep(staleMs?: number): Promise<void>
}

/** `id`: ours, in no other use; `name`: what the store calls it. */
export interface StagedUpload {
  readonly id: string
  readonly name: string
}

export interface UploadPart {
  readonly number: number
  readonly sizeBytes: number
  /** By which the store knows the bytes of the part again. */
  readonly tag: string
}

/**
 * Where the parts of a large artifact wait for the last one. Who writes which part, and in which order they belong, is
 * kept elsewhere (the row of the upload): numbers rise, and none is given out twice.
 */
export interface UploadParts {
  /** Of which store; parts of one cannot be gone on with in another. */
  readonly place: string
  /** Of every part but the last. */
  readonly partMinBytes: number
  /** Answers what the store calls the upload. */
  begin(id: string): Promise<string>
  /** Durable once it answers, with the tag of the part. */
  write(upload: StagedUpload, number: number, bytes: Uint8Array): Promise<string>
  /**
   * Makes the artifact of its parts. May be asked again after a crash anywhere. Throws an ArtifactRefused where the
   * bytes are others (`digest-mismatch`, `size-mismatch`) or parts have gone (`missing`): then the upload is lost.
   */
  assemble(upload: StagedUpload, parts: readonly UploadPart[], ref: ArtifactRef): Promise<void>
  /** Of an upload that may be gone already. */
  discard(upload: StagedUpload): Promise<void>
}
