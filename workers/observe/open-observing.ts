// All that a worker needs to observe what it answers, opened as one: the spool, the captures, and who fills them.

import type { Logger } from 'pino'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import { DecisionSpool } from '../agent/spool/decision-spool.ts'
import { roomForCapturesBytes } from '../agent/upkeep/disk-room.ts'
import type { DeviceLimits } from '../agent/upkeep/limits.ts'
import type { Generations } from '../serve/generations.ts'
import { Captures } from './captures/captures.ts'
import { Observer } from './observer.ts'

export interface ObservingPorts {
  readonly home: string
  readonly store: ArtifactStore
  /** Of measurements: they count for the disk budget. */
  readonly images: ArtifactStore
  readonly limits: DeviceLimits
  readonly generations: () => Pick<Generations, 'find'>
  readonly log: Logger
}

export interface Observing extends AsyncDisposable {
  readonly spool: DecisionSpool
  readonly captures: Captures
  readonly observer: Observer
}

/** Folders of thousands of files are not counted for every image. */
const COUNTED_FOR_MS = 30_000

export async function openObserving(ports: ObservingPorts): Promise<Observing> {
  const { home, store, images, limits, generations, log } = ports
  const spool = await DecisionSpool.open(home)
  let counted: { readonly bytes: number; readonly untilMs: number; readonly captured: number } | undefined
  const captures: Captures = await Captures.open({
    home,
    async roomBytes() {
      if (!counted || performance.now() > counted.untilMs) {
        const bytes = await roomForCapturesBytes({
          store,
          images,
          captures,
          budgetBytes: limits.diskBudgetBytes,
        })
        const untilMs = performance.now() + COUNTED_FOR_MS
        counted = { bytes, untilMs, captured: captures.sizeBytes }
      }
      return counted.bytes - (captures.sizeBytes - counted.captured)
    },
  })
  const observer = new Observer({
    spool,
    captures,
    deploymentOf: (id) => generations().find(id)?.deployment,
    edgeFor: ({ id }) => generations().find(id)?.edge,
    log,
  })
  return {
    spool,
    captures,
    observer,
    async [Symbol.asyncDispose]() {
      await observer[Symbol.asyncDispose]()
      await spool.sync()
    },
  }
}
