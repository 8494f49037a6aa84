// Two crops vote: the light model looks at its own crop and at one from a corner. Where both see the same class, the
// average of the two answers is the answer; where they differ, or are unsure together, the edge is asked. The idea is
// test-time augmentation as a measure of doubt: an answer that a shift of the frame changes is not to be trusted
// (Ayhan and Berens, MIDL 2018). It costs a second local inference, and needs no trained router: the deployment's is
// carried by its version alone. Left out: more crops, and weighing the light answer into the edge's.

import { Hono } from 'hono'
import type { FunctionAnswer, RankedClass } from '#contract/classify.ts'
import type { Crop, FunctionRequest } from '#contract/function-bindings.ts'
import {
  classifyPorts,
  deploymentOf,
  type FunctionEnv,
  type FunctionPorts,
  IMAGE_HANDLE_HEADER,
} from '../bindings.ts'

/** Nine tenths of each side: 600 demo scenes liked a shift of this size better than a tighter or a centred crop. */
const CORNER: Crop = { x: 0, y: 0, width: 0.9, height: 0.9 }

/** Classes asked of each view: all that the host gives, since a class may be first here and fourth there. */
const TOP_K = 5

/** Sent where the need is at least this: the views differ, or their average is below 40 %. */
const THRESHOLD = 0.6

const app = new Hono<{ Bindings: FunctionEnv }>()

app.get('/healthz', (c) => c.json({ ok: true }))

app.post('/classify', async (c) => {
  const image = c.req.header(IMAGE_HANDLE_HEADER)
  if (image === undefined) return c.json({ error: { code: 'no-image', message: 'names no image' } }, 400)
  const request = await c.req.json<FunctionRequest>()
  return c.json<FunctionAnswer>(await answer(c.env, classifyPorts(c.env, image), request))
})

async function answer(
  env: FunctionEnv,
  ports: FunctionPorts,
  { topK, preference }: FunctionRequest,
): Promise<FunctionAnswer> {
  const { tier, routerVersion: version } = deploymentOf(env)
  const undecided = { router: 'none', version, score: null, threshold: null }
  if (tier === 'edge') {
    const { labels, model, ms } = await ports.infer(topK)
    return { labels, tier, model, decision: { ...undecided, reason: 'direct' }, timingsMs: { edge: ms } }
  }
  const { labels, need, model, ms } = await twoViews(ports)
  const forced = preference === 'local-only' || preference === 'accuracy'
  const decision = forced
    ? { ...undecided, reason: 'preference' as const }
    : { router: 'two-crops', version, score: need, threshold: THRESHOLD, reason: 'routed' as const }
  const here = { labels: labels.slice(0, topK), tier, model, timingsMs: { local: ms } }
  if (preference === 'local-only' || (!forced && need < THRESHOLD)) return { ...here, decision }
  const edge = await ports.offload(topK)
  const timingsMs = { local: ms, edge: edge.ms }
  if (!edge.ok) return { ...here, timingsMs, decision: { ...decision, reason: edge.reason } }
  return { labels: edge.labels, tier: 'edge', model: edge.model, decision, timingsMs }
}

async function twoViews(ports: FunctionPorts) {
  const [whole, corner] = await Promise.all([ports.infer(TOP_K), ports.infer(TOP_K, CORNER)])
  const labels = average(whole.labels, corner.labels)
  const agree = whole.labels[0]?.index === corner.labels[0]?.index
  const need = agree ? 1 - (labels[0]?.score ?? 0) : 1
  return { labels, need, model: whole.model, ms: whole.ms + corner.ms }
}

/** A class that a view does not name among its five counts as 0 there. */
function average(one: readonly RankedClass[], other: readonly RankedClass[]): RankedClass[] {
  const sums = new Map<number, RankedClass>()
  for (const { index, name, score } of [...one, ...other])
    sums.set(index, { index, name, score: (sums.get(index)?.score ?? 0) + score / 2 })
  return [...sums.values()].sort((a, b) => b.score - a.score)
}

export default app
