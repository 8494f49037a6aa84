// What a server of the Open Inference Protocol says of itself and of one model, asked for once when an admin declares it.
// The address is the admin's, so the request is as narrow as it can be: two GETs without any key, no redirect followed,
// a few seconds and a few hundred kilobytes at most; nothing of an answer is told further but names and shapes that
// were parsed out of it, and its status.

import type { z } from 'zod'
import { ModelMetadata, ServerMetadata } from '#contract/oip/metadata.ts'
import { Refusal } from '../../refusal.ts'

/** For both answers. A person waits, and a device gives up sooner. */
const ANSWERS_MAX_MS = 5_000
/** The largest honest metadata that the schema takes, 512 tensors and 1,000 versions, is smaller. */
const ANSWER_MAX_BYTES = 512 * 1024

export interface EdgeServer {
  readonly server: ServerMetadata
  readonly model: ModelMetadata
}

export async function readEdgeServer(url: string, modelName: string): Promise<EdgeServer> {
  const signal = AbortSignal.timeout(ANSWERS_MAX_MS)
  const ask = async <T>(path: string, schema: z.ZodType<T>) => {
    const bytes = await answerOf(url, path, signal)
    return { path, answer: schema.safeParse(parsed(bytes)).data }
  }
  const [server, model] = await Promise.all([
    ask('/v2', ServerMetadata),
    ask(`/v2/models/${encodeURIComponent(modelName)}`, ModelMetadata),
  ])
  if (!model.answer) throw refused(url, `its answer to GET ${model.path} describes no model of the protocol`)
  // As the devices read it: a server that says nothing of itself that we understand has no extensions.
  return { server: server.answer ?? { name: '', version: '', extensions: [] }, model: model.answer }
}

async function answerOf(url: string, path: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const response = await fetch(url + path, { redirect: 'manual', signal })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw refused(url, `it answers GET ${path} with status ${response.status}, expected 200`)
    }
    const bytes = await bodyOf(response)
    if (!bytes)
      throw refused(
        url,
        `its answer to GET ${path} is over ${ANSWER_MAX_BYTES} bytes, expected a model's metadata`,
      )
    return bytes
  } catch (cause) {
    if (cause instanceof Refusal) throw cause
    const what = signal.aborted ? `does not answer within ${ANSWERS_MAX_MS} ms` : 'cannot be reached'
    throw refused(url, `it ${what} (GET ${path})`, { cause })
  }
}

/** Undefined where it is too long. */
async function bodyOf(response: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels what still comes.
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > ANSWER_MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    // What is no JSON describes nothing, as what is JSON and no metadata does.
    return undefined
  }
}

export const refused = (url: string, what: string, options?: ErrorOptions): Refusal =>
  new Refusal('invalid', `Cannot declare edge "${url}": ${what}`, options)
