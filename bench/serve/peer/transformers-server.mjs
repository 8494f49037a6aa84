// What one writes in an afternoon: Hono around the image-classification pipeline of transformers.js. Arguments: the
// folder that the library is installed in, the folder of models, the model's name, and intra-op threads ("default":
// as the library has them). Plain JavaScript: it starts without a loader, in the peer's own process.

import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const [installed, models, model, threads] = process.argv.slice(2)
const library = createRequire(path.join(installed, 'package.json')).resolve('@huggingface/transformers')
const { env, pipeline, RawImage } = (await import(pathToFileURL(library).href)).default
env.allowRemoteModels = false
env.localModelPath = models
const sessionOptions =
  threads === 'default' ? {} : { intraOpNumThreads: Number(threads), interOpNumThreads: 1 }
const classify = await pipeline('image-classification', model, {
  dtype: 'fp32',
  device: 'cpu',
  session_options: sessionOptions,
})

const app = new Hono()
app.post('/classify', async (c) => {
  const image = await RawImage.fromBlob(await c.req.blob())
  return c.json(await classify(image, { top_k: 1 }))
})
process.once('disconnect', () => process.exit(0))
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
  process.send({ ready: `http://127.0.0.1:${port}` }),
)
