// What a function can reach: VISION and EDGE (contract/function-bindings.ts), served on a unix socket that
// only this device's function is given. Plain node:http, since it lies on the path of every request. Input is
// a stranger's, so it is capped and checked; a failure inside is told to the function by code and sentence,
// and to the host in full.

import { rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { ErrorBody, FunctionAnswer } from '#contract/classify.ts'
import {
  EdgeCall,
  type EdgeResult,
  type Expected,
  FeaturesCall,
  InferCall,
} from '#contract/function-bindings.ts'
import { ImageRefused } from '#vision/image-refused.ts'
import { InferenceLate } from '#vision/session/inference-late.ts'
import { TooManyViews } from '#vision/session/too-many-views.ts'
import type { Vision } from '#vision/vision.ts'
import type { ServedImage } from '../serve/request-context.ts'
import type { ImageTable, TableEntry } from './image-table.ts'

export interface OffloadOptions {
  /** For what no client waits for: only where no client's image is in its way, and never out of their half of a budget. */
  readonly background?: boolean
  /** Begins the local answer; resolves with what it took. Called where the edge is late for a client in a hurry. */
  readonly hedge?: () => Promise<number>
  /** Called for each time that the image is really sent. */
  readonly onSent?: () => void
}

export interface EdgePort {
  offload(image: ServedImage, topK: number, options?: OffloadOptions): Promise<EdgeResult>
  /** What an image takes on either way, as far as it is known. */
  expected?(): Expected
  /** How an image was answered: what there is to learn from it, and what was to go to an edge that is left alone. */
  answered?(image: ServedImage, answer: FunctionAnswer): void
}

export interface BindingsPorts {
  images: ImageTable
  vision: Vision
  edge: EdgePort
  /** Hears of failures that are not the function's fault. */
  onError?: (error: unknown) => void
}

export interface BindingsServer extends AsyncDisposable {
  readonly socket: string
}

/** The largest honest call names 29 features: under 1 KB. */
const BODY_MAX_BYTES = 16 * 1024

export async function serveBindings(options: BindingsPorts & { socket: string }): Promise<BindingsServer> {
  const { socket } = options
  const server = createServer((request, response) => void respond(options, request, response))
  // Connections come from one trusted peer and idle between requests; the function's side closes them.
  server.keepAliveTimeout = 0
  await rm(socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  return {
    socket,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

async function respond(ports: BindingsPorts, request: IncomingMessage, response: ServerResponse) {
  const { status, body } = await answer(ports, request).catch((error: unknown) => failure(error, ports))
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

async function answer(ports: BindingsPorts, request: IncomingMessage): Promise<Answer> {
  const body = await readJson(request)
  switch (`${request.method} ${request.url}`) {
    case 'POST /features': {
      const call = FeaturesCall.parse(body)
      return ok(await withImage(ports, call.image, (image) => ports.vision.features(image, call.names)))
    }
    case 'POST /infer': {
      const call = InferCall.parse(body)
      return ok(
        await withImage(ports, call.image, (image) => ports.vision.infer(image, call.topK, call.crop)),
      )
    }
    case 'POST /classify': {
      const call = EdgeCall.parse(body)
      return ok(await withImage(ports, call.image, (image) => offloadHedged(ports, image, call.topK)))
    }
  }
  throw new CallRefused(404, 'unknown-call', 'Cannot answer call: is none of the bindings, expected one')
}

/** For the built-in path too: whoever waits for the edge, the host has the local answer ready when waiting is over. */
export function offloadHedged(
  { edge, vision }: Pick<BindingsPorts, 'edge' | 'vision'>,
  image: TableEntry,
  topK: number,
): Promise<EdgeResult> {
  return edge.offload(image, topK, {
    hedge: async () => (await vision.infer(image, topK)).ms,
    onSent: () => {
      image.uploads++
    },
  })
}

function withImage<T>(
  ports: BindingsPorts,
  handle: string,
  work: (image: TableEntry) => Promise<T>,
): Promise<T> {
  const working = ports.images.during(handle, work)
  if (working) return working
  throw new CallRefused(404, 'unknown-image', 'Cannot find image: is not in service, expected a live handle')
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_MAX_BYTES)
      throw new CallRefused(
        413,
        'too-large',
        `Cannot read call: is over ${BODY_MAX_BYTES} bytes, expected less`,
      )
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString())
}

interface Answer {
  status: number
  body: object
}

function ok(body: object): Answer {
  return { status: 200, body }
}

function failure(error: unknown, { onError }: BindingsPorts): Answer {
  if (error instanceof CallRefused) return refusal(error.status, error.code, error.message)
  if (error instanceof ImageRefused) return refusal(422, error.code, error.message)
  if (error instanceof TooManyViews) return refusal(422, 'too-many-views', error.message)
  if (error instanceof InferenceLate) return refusal(503, 'late', error.message)
  if (error instanceof SyntaxError || isZodError(error))
    return refusal(400, 'bad-call', 'Cannot read call: is not what the contract says, expected its JSON')
  onError?.(error)
  return refusal(500, 'failed', 'Cannot answer call: failed inside, expected a result')
}

function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } satisfies ErrorBody }
}

function isZodError(error: unknown): boolean {
  return error instanceof Error && error.name === 'ZodError'
}

class CallRefused extends Error {
  override readonly name = 'CallRefused'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}
