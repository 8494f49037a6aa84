// The built-in classify function, for both tiers: the paper's flow over the bindings, as a fetch module that
// runs alike in workerd, in Miniflare and in a Node thread. An own one may start from it (`tandem functions new
// --from classify`). It never sees the image, and it answers everything but what only the host knows.

import { Hono } from 'hono'
import type { FunctionAnswer } from '#contract/classify.ts'
import type { FunctionRequest } from '#contract/function-bindings.ts'
import type { RouterDocument } from '#contract/router.ts'
import { classifyFlow } from '#core/route/classify-flow.ts'
import { classifyPorts, deploymentOf, type FunctionEnv, IMAGE_HANDLE_HEADER } from '../bindings.ts'

const app = new Hono<{ Bindings: FunctionEnv }>()

app.get('/healthz', (c) => c.json({ ok: true }))

app.post('/classify', async (c) => {
  const image = c.req.header(IMAGE_HANDLE_HEADER)
  if (image === undefined)
    return c.json(
      refusal('no-image', 'Cannot classify: names no image, expected its handle in the header'),
      400,
    )
  const request = await c.req.json<FunctionRequest>()
  const { tier, routerVersion, router } = deploymentOf(c.env)
  // The device has checked the document before it started this function.
  const deployment = { tier, routerVersion, router: router as RouterDocument }
  return c.json<FunctionAnswer>(await classifyFlow(classifyPorts(c.env, image), deployment, request))
})

app.onError((error, c) => c.json(refusal('failed', error.message), 500))

function refusal(code: string, message: string) {
  return { error: { code, message } }
}

export default app
