// How one image is asked of one edge, whatever that edge speaks: what differs from protocol to protocol ends here, what
// is the same for all (which edge, how long, how often, whether at all) begins in edge.ts and offload.ts. A client keeps
// its connections; it neither waits longer than its signal nor asks twice.

import type { RankedClass } from '#contract/classify.ts'
import type { Deployment } from '#contract/deployment.ts'
import type { ArtifactRef } from '#contract/digest.ts'
import type { Manifest } from '#contract/manifest.ts'
import type { ModelInput } from '#contract/model.ts'
import type { ServedImage } from '../request-context.ts'

export type EdgeTarget = Manifest['edges'][number] & {
  readonly connectMs: number
  /** Where one is meant for it. */
  readonly apiKey?: string | undefined
}

/** The tensor that a model of that input is given of an image. */
export type Prepare = (bytes: Uint8Array, input: ModelInput) => Promise<Uint8Array | Float32Array>

export interface EdgeCall {
  readonly topK: number
  /** After how long nobody reads the answer any more; `signal` ends the call then. */
  readonly deadlineMs: number
  readonly signal: AbortSignal
  /** Called when the image goes out: not before there is a connection. */
  readonly onSent?: (() => void) | undefined
  /** For edges that want images opened; never done in this process. */
  readonly prepare?: Prepare | undefined
  readonly deployment: Pick<Deployment, 'id' | 'edge'>
}

export interface EdgeAnswer {
  readonly model: string
  readonly labels: RankedClass[]
}

/** The names of a model's classes as this device has them; undefined where it has none. */
export type ReadLabels = (ref: ArtifactRef) => Promise<readonly string[] | undefined>

/** Letting go of it waits for the requests under way. */
export interface EdgeClient extends AsyncDisposable {
  /** Rejects with `EdgeRefused` where the edge answers, but not with labels; with anything else where it does not. */
  classify(image: ServedImage, call: EdgeCall): Promise<EdgeAnswer>
}

/**
 * `busy`: well, but wants a rest. `image`: this image is refused, which says nothing about the next one. `unsent`: it
 * could not be made ready here, and says nothing about the edge at all. `failed`: whatever else, and what the circuit
 * breaker counts.
 */
export type EdgeRefusedCode = 'busy' | 'image' | 'unsent' | 'failed'

export class EdgeRefused extends Error {
  override readonly name = 'EdgeRefused'
  readonly code: EdgeRefusedCode
  /** How long the edge wants to be left alone. */
  readonly restMs: number

  constructor(code: EdgeRefusedCode, message: string, options: ErrorOptions & { restMs?: number } = {}) {
    super(message, options)
    this.code = code
    this.restMs = options.restMs ?? 0
  }
}

/** What an HTTP status says about the edge; for every protocol over HTTP. */
export function refusedByStatus(status: number, retryAfter: unknown): EdgeRefused {
  const message = `the edge answered with status ${status}`
  if (status === 503 || status === 429) {
    const seconds = Number(retryAfter ?? Number.NaN)
    // Without a number of seconds nothing says that it will soon be well.
    if (Number.isFinite(seconds) && seconds >= 0)
      return new EdgeRefused('busy', message, { restMs: seconds * 1_000 })
  }
  return new EdgeRefused([400, 413, 415, 422].includes(status) ? 'image' : 'failed', message)
}
