// A file of the catalogue into the zoo's store under the home folder, from where it was asked to come: a folder, a mirror,
// or the address that the catalogue names. A folder or a mirror is the only place asked then: who names one may have
// no other way out, and must not wait for one.

import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ArtifactRef } from '#contract/digest.ts'
import { ArtifactRefused } from '#platform/artifact-refused.ts'
import { ArtifactStore } from '#platform/artifact-store.ts'
import { CommandFailed } from '../command-failed.ts'
import { type Download, downloadFile } from './download.ts'
import { validatorsIn } from './validators.ts'
import type { ZooFile } from './zoo-entry.ts'

export interface PullPlaces {
  /** The zoo's: <home>/zoo. */
  readonly folder: string
  readonly from?: string | undefined
  readonly mirror?: string | undefined
}

export interface PulledFile {
  readonly path: string
  /** Where it came from; `here` if it was there before. */
  readonly origin: string
}

type Pace = Pick<Download, 'onProgress' | 'silenceMaxMs' | 'pauseFirstMs'>

export const zooStore = (folder: string): ArtifactStore => new ArtifactStore(folder)

export async function pullFile(file: ZooFile, places: PullPlaces, pace: Pace = {}): Promise<PulledFile> {
  const store = zooStore(places.folder)
  const ref: ArtifactRef = { digest: file.digest, sizeBytes: file.sizeBytes }
  if (await store.isIntact(ref)) return { path: store.path(ref.digest), origin: 'here' }
  // A disk that changed it: what is there under the digest would be taken for it otherwise.
  await store.remove(ref.digest)
  const origin =
    places.from === undefined ? await fetched(file, places, pace) : await copied(file, store, places.from)
  return { path: store.path(ref.digest), origin }
}

async function fetched(file: ZooFile, { folder, mirror }: PullPlaces, pace: Pace): Promise<string> {
  const url = addressOf(file, mirror)
  const { digest, sizeBytes } = file
  const validators = validatorsIn(path.join(folder, 'validators'))
  await downloadFile({ ref: { digest, sizeBytes }, url, store: zooStore(folder), validators, ...pace })
  return url
}

function addressOf({ file, url }: ZooFile, mirror: string | undefined): string {
  if (mirror !== undefined) return new URL(file, mirror.endsWith('/') ? mirror : `${mirror}/`).href
  if (url !== undefined) return url
  throw new CommandFailed(
    `Cannot fetch "${file}": nobody publishes it, expected --from with a folder or --mirror with an address that has it`,
  )
}

/** By its name, else by its bytes: whoever copies a folder of models may have named them otherwise. */
async function copied(file: ZooFile, store: ArtifactStore, folder: string): Promise<string> {
  const { digest, sizeBytes } = file
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new CommandFailed(`Cannot read folder "${folder}": expected one with model files`, { cause })
  })
  const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)
  const first = names.includes(file.file) ? [file.file] : []
  let had: string | undefined
  for (const name of [...first, ...names.filter((other) => other !== file.file)]) {
    const candidate = path.join(folder, name)
    if ((await stat(candidate)).size !== sizeBytes) continue
    try {
      await store.put(createReadStream(candidate), { digest, sizeBytes, sizeMaxBytes: sizeBytes })
      return candidate
    } catch (error) {
      if (!(error instanceof ArtifactRefused)) throw asFailure(error, candidate)
      had = candidate
    }
  }
  throw new CommandFailed(
    had === undefined
      ? `Cannot find "${file.file}" in "${folder}": no file there is ${sizeBytes} bytes, expected ${digest}`
      : `Cannot take "${had}": it has other bytes, expected ${digest}`,
  )
}

function asFailure(error: unknown, file: string): Error {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new CommandFailed(`Cannot store "${file}": the disk is full`, { cause: error })
    : (error as Error)
}
