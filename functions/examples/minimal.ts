// The least that a function must do: look at each image by the light model and answer. It never asks the edge, so it
// is a start for your own rule, not a router. `c.env.EDGE` is one call away: see the example two-crops.

import { Hono } from 'hono'
import type { FunctionAnswer } from '#contract/classify.ts'
import type { FunctionRequest } from '#contract/function-bindings.ts'
import { classifyPorts, deploymentOf, type FunctionEnv, IMAGE_HANDLE_HEADER } from '../bindings.ts'

const app = new Hono<{ Bindings: FunctionEnv }>()

app.get('/healthz', (c) => c.json({ ok: true }))

app.post('/classify', async (c) => {
  const image = c.req.header(IMAGE_HANDLE_HEADER)
  if (image === undefined) return c.json({ error: { code: 'no-image', message: 'names no image' } }, 400)
  const { topK } = await c.req.json<FunctionRequest>()
  const { tier, routerVersion: version } = deploymentOf(c.env)
  const { labels, model, ms } = await classifyPorts(c.env, image).infer(topK)
  const reason = tier === 'edge' ? 'direct' : 'routed'
  return c.json<FunctionAnswer>({
    labels,
    tier,
    model,
    decision: { router: 'none', version, score: null, threshold: null, reason },
    timingsMs: { [tier]: ms },
  })
})

export default app
