// The Open Inference Protocol v2 over HTTP, as KServe and Triton speak it: health, metadata, infer, with the binary
// tensor and classification extensions, and encoded images as BYTES. It stands for what runs on this device alone:
// nothing here routes, offloads or asks the other tier. Every refusal is `{ "error": message }`.
// Left out: Triton's raw binary request without any JSON, shared memory, sequences, and the repository API.

import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { HEADER_LENGTH } from '#contract/oip/infer.ts'
import {
  BINARY_EXTENSION,
  CLASSIFICATION_EXTENSION,
  ENCODED_IMAGE_EXTENSION,
  type ModelMetadata,
  type ServerMetadata,
} from '#contract/oip/metadata.ts'
import { ImageRefused } from '#vision/image-refused.ts'
import { ModelRefused } from '#vision/model-refused.ts'
import { VisionDown } from '../vision/lives.ts'
import { readInfer } from './infer-request.ts'
import { inferResponse } from './infer-response.ts'
import type { OipModel, OipPorts } from './oip-model.ts'
import { OipRefused, type OipRefusedCode } from './oip-refused.ts'
import { BodyBudget, withBody } from './read-body.ts'

const STATUS: Record<OipRefusedCode, ContentfulStatusCode> = {
  invalid: 400,
  'not-found': 404,
  'too-large': 413,
  encoded: 415,
  'not-ready': 503,
  busy: 503,
}

/** Two bodies of the largest size, or many of a usual one: an eighth of a small board's memory. */
const BODIES_MAX_BYTES = 128 * 1024 ** 2
/** One core infers one after the other; a few more decode meanwhile. */
const RUNNING_MAX = 4
const WAITING_MAX = 32

const SERVER: ServerMetadata = {
  name: 'tandem',
  version: '1',
  extensions: [BINARY_EXTENSION, CLASSIFICATION_EXTENSION, ENCODED_IMAGE_EXTENSION],
}

/** Mounted at the root: `app.route('/', oipApp(ports))`. */
export function oipApp(ports: OipPorts): Hono {
  const app = new Hono()
  const budget = new BodyBudget(BODIES_MAX_BYTES)
  const slots = bulkhead(RUNNING_MAX, WAITING_MAX)
  app.onError((error, c) => answerError(error, c, ports))
  for (const path of ['/v2', '/v2/']) app.get(path, (c) => c.json(SERVER))
  app.get('/v2/health/live', (c) => c.json({ live: true }))
  app.get('/v2/health/ready', (c) => {
    const ready = ports.isReady()
    // The specification calls the field of this answer `live` too; servers call it `ready`.
    return c.json({ live: true, ready }, ready ? 200 : 503)
  })
  for (const path of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
    app.get(path, (c) => c.json(metadataOf(namedModel(c, ports))))
    app.get(`${path}/ready`, (c) => c.json({ name: namedModel(c, ports).name, ready: true }))
    app.post(`${path}/infer`, async (c) => {
      // Before megabytes are read for nothing; and again after, since the one that ran then may be gone.
      namedModel(c, ports)
      return withBody(c.req.raw, budget, async (body) => {
        // The one that runs when its turn comes, not the one that ran when it came: that may have been stopped since.
        const answer = await slots.execute(async () => {
          const model = namedModel(c, ports)
          const call = readInfer(body, c.req.header(HEADER_LENGTH), model)
          const { input } = call
          const output = await (input.datatype === 'BYTES' ? model.runImages(input.data) : model.run(input))
          return inferResponse(call, model, output)
        })
        return c.body(answer.body, 200, answer.headers)
      })
    })
  }
  app.all('/v2/*', (c) => {
    throw new OipRefused('not-found', `Cannot find "${c.req.method} ${c.req.path}": no such route`)
  })
  return app
}

function namedModel(c: Context, ports: OipPorts): OipModel {
  const { model: name = '', version } = c.req.param() as { model?: string; version?: string }
  const model = ports.find(name, version)
  if (model) return model
  if (!ports.isReady()) throw new OipRefused('not-ready', 'Cannot find models: none is installed yet')
  const asked = version === undefined ? name : `${name}, version ${version}`
  const known = ports.models().map((m) => `${m.name} (${m.versions.join(', ')})`)
  throw new OipRefused(
    'not-found',
    `Cannot find model "${asked}": is unknown here, expected ${known.join(', ')}`,
  )
}

function metadataOf({ name, versions, platform, inputs, outputs }: OipModel): ModelMetadata {
  return { name, versions: [...versions], platform, inputs: [...inputs], outputs: [...outputs] }
}

function answerError(error: unknown, c: Context, ports: OipPorts): Response {
  if (error instanceof ImageRefused)
    return c.json({ error: error.message }, error.code === 'too-many-pixels' ? 413 : 400)
  // A tensor that the model does not take, or that ends the process which runs it.
  if (error instanceof ModelRefused && error.code !== 'wrong-output')
    return c.json({ error: error.message }, 400)
  const refused =
    error instanceof BulkheadRejectedError ? BUSY : error instanceof VisionDown ? RESTARTING : error
  if (refused instanceof OipRefused) {
    const status = STATUS[refused.code]
    return c.json({ error: refused.message }, status, status === 503 ? { 'retry-after': '1' } : {})
  }
  ports.onError(error, c.req.path)
  return c.json({ error: 'The worker failed; its log has the cause' }, 500)
}

const RESTARTING = new OipRefused('not-ready', 'Cannot run model: it is being started again, try again soon')

const BUSY = new OipRefused(
  'busy',
  `Cannot run model: ${RUNNING_MAX + WAITING_MAX} requests are in work, try again soon`,
)
