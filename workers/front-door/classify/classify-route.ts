// POST /v1/classify: one image, or a batch of them. Reads the options and the body, waits for a turn, and asks the
// generation that serves then. What the function or the edge do is the generation's; what is wrong with the request
// is refused here, as one that concerns all of its images, and what is wrong with one image of a batch in its place.

import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { type BatchAnswer, type ClassifyAnswer, ClassifyOptions, OPTION_HEADERS } from '#contract/classify.ts'
import { PASSING_ON, type SpanStart, type Tracing } from '#platform/observe/tracing.ts'
import type { Generation } from '../../serve/generation.ts'
import type { Generations } from '../../serve/generations.ts'
import type { ServedImage } from '../../serve/request-context.ts'
import { DEPLOYMENT_HEADER } from '../deployment-header.ts'
import { refusalOf } from '../refusal-of.ts'
import { requestIdOf } from '../request-id.ts'
import { RequestRefused } from '../request-refused.ts'
import { BodyBudget } from './body-budget.ts'
import { readImages } from './read-images.ts'
import { fewAtATime, Turns, type TurnsLimits } from './turns.ts'

export interface ClassifyPorts {
  readonly generations: Generations
  /** `uploads`: how often the image was sent to an edge. */
  readonly energyOf: (answer: ClassifyAnswer, uploads: number) => ClassifyAnswer['energyJ']
  /** Called before the answer is sent: returns once its decision is written down. */
  readonly onAnswer: (answer: ClassifyAnswer, totalMs: number, image: ServedImage) => void
  /** Called for each image that is refused, with the code that its client gets. */
  readonly onRefused?: (code: string) => void
  readonly turns?: TurnsLimits
  readonly tracing?: Tracing | undefined
}

/** Sixteen of the largest images; a Pi has 1 GB. */
const BODIES_MAX_BYTES = 256 * 1024 ** 2

interface Asked {
  readonly generation: Generation
  readonly options: ClassifyOptions
  readonly requestId: string
  /** When the request came, on the clock of `performance.now()`. */
  readonly atMs: number
  readonly isGone: () => boolean
  readonly traceparent: string | undefined
}

export function classifyRoute(ports: ClassifyPorts) {
  const turns = new Turns(ports.turns)
  const bodies = new BodyBudget(BODIES_MAX_BYTES)
  return async (c: Context<{ Bindings: HttpBindings }>) => {
    const atMs = performance.now()
    const options = readOptions(c)
    const wanted = c.req.header(DEPLOYMENT_HEADER)
    // Before megabytes are read for nothing; and again after, since the one that served then may be gone.
    chooseGeneration(ports.generations, wanted)
    const { incoming } = c.env
    return bodies.during(async (take) => {
      const images = await readImages(incoming, take)
      const generation = chooseGeneration(ports.generations, wanted)
      const isGone = () => incoming.socket.destroyed
      const asked: Asked = {
        generation,
        options,
        requestId: requestIdOf(c),
        atMs,
        isGone,
        traceparent: c.req.header('traceparent'),
      }
      if (images.length === 1) return c.json(await classifyImage(images[0]!, asked, { ports, turns }))
      const body: BatchAnswer = await generation.during(() => classifyBatch(images, asked, { ports, turns }))
      return c.json(body)
    })
  }
}

async function classifyBatch(images: readonly Uint8Array[], asked: Asked, door: Door): Promise<BatchAnswer> {
  const answers = await fewAtATime(images, async (image, i) => {
    const requestId = `${asked.requestId}.${i}`
    try {
      return await classifyImage(image, { ...asked, requestId }, door)
    } catch (error) {
      const refused = refusalOf(error, requestId)
      if (!refused) throw error
      return refused.body
    }
  })
  return { answers }
}

interface Door {
  readonly ports: ClassifyPorts
  readonly turns: Turns
}

function classifyImage(image: Uint8Array, asked: Asked, door: Door): Promise<ClassifyAnswer> {
  const { tracing = PASSING_ON } = door.ports
  const { traceparent, requestId } = asked
  const start: SpanStart = { kind: 'server', traceparent, attributes: { 'tandem.request.id': requestId } }
  return tracing.span('classify', start, async (span) => {
    const answer = await answerImage(image, { ...asked, traceparent: span.traceparent }, door).catch(
      (error: unknown) => {
        const refused = refusalOf(error, requestId)
        if (refused) door.ports.onRefused?.(refused.body.error.code)
        throw error
      },
    )
    const { tier, decision, deployment, byFallback } = answer
    span.set({
      'tandem.tier': tier,
      'tandem.reason': decision.reason,
      'tandem.router': decision.router,
      'tandem.deployment': deployment,
      'tandem.fallback': byFallback,
    })
    return answer
  })
}

async function answerImage(
  image: Uint8Array,
  { generation, options, requestId, atMs, isGone, traceparent }: Asked,
  { ports, turns }: Door,
): Promise<ClassifyAnswer> {
  const { policy, id } = generation.deployment
  const preference = options.preference ?? policy.preference ?? 'balanced'
  const budgetMs = options.deadlineMs ?? policy.latencyBudgetMs
  const deadlineAtMs = budgetMs === undefined ? undefined : atMs + budgetMs
  const { topK, explain } = options
  const request = { topK, preference, lot: Math.random(), ...(explain && { explain }) }
  // Only of those who said so: whoever states no deadline rather has an answer late than none.
  const expiresAtMs = options.deadlineMs === undefined ? undefined : deadlineAtMs
  const context = { requestId, preference, deadlineAtMs, expiresAtMs, traceparent }
  const startMs = performance.now()
  const { answer, byFallback, uploads } = await generation.during(() =>
    turns.take(() => {
      if (isGone()) throw new RequestRefused('broken-off', 'Cannot classify: the client has left')
      return generation.classify(image, request, context)
    }, expiresAtMs),
  )
  const totalMs = performance.now() - startMs
  const whole: ClassifyAnswer = {
    ...answer,
    timingsMs: { ...answer.timingsMs, total: totalMs },
    energyJ: { value: 0, method: 'model' },
    deployment: id,
    byFallback,
  }
  const explained = { ...whole, energyJ: ports.energyOf(whole, uploads) }
  ports.onAnswer(explained, totalMs, { bytes: image, context })
  return explained
}

function readOptions(c: Context): ClassifyOptions {
  const given: Record<string, string> = {}
  for (const [option, header] of Object.entries(OPTION_HEADERS)) {
    const value = c.req.query(option) ?? c.req.header(header)
    if (value !== undefined) given[option] = value
  }
  const options = ClassifyOptions.safeParse(given)
  if (options.success) return options.data
  const issue = options.error.issues[0]!
  throw new RequestRefused('invalid', `Cannot read option "${issue.path.join('.')}": ${issue.message}`)
}

function chooseGeneration(generations: Generations, deploymentId: string | undefined): Generation {
  const chosen = deploymentId === undefined ? generations.serving : generations.find(deploymentId)
  if (chosen) return chosen
  if (!generations.serving)
    throw new RequestRefused('not-ready', 'Cannot classify: no deployment is installed yet')
  throw new RequestRefused(
    'wrong-deployment',
    `Cannot classify: deployment "${deploymentId}" does not run here`,
  )
}
