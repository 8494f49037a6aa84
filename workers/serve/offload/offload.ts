// Sends images to the edges and never makes a client wait long for a "no". Which edge: of those that are well, the one
// with the least under way. How long: as long as that edge's answers take by its own measure, at most the policy's
// deadline and what the client's leaves. Whether at all: by the deployment's budget. An edge that fails is left alone,
// and images that are answered locally meanwhile go along as probes, for which nobody waits. Whatever goes wrong is an
// answer with its reason; the caller then answers locally, and has begun to where the client is in a hurry (the hedge).

import type { Deployment, Policy } from '#contract/deployment.ts'
import type { EdgeResult, Expected } from '#contract/function-bindings.ts'
import { chooseEdge } from '#core/offload/choose-edge.ts'
import { type Estimate, fresh, learn } from '#core/offload/estimate.ts'
import { hedgeAfterMs } from '#core/offload/patience.ts'
import { earnRetry, freshRetryBudget, spendRetry } from '#core/offload/retry-budget.ts'
import { modelEnergyJ } from '#core/profile/energy-model.ts'
import { PUBLISHED_UPLOAD_J } from '#core/profile/published-upload.ts'
import { PASSING_ON, type SpanStart, type Tracing } from '#platform/observe/tracing.ts'
import type { EdgePort, OffloadOptions } from '../../host/bindings-server.ts'
import { type EdgeKey, keyFor } from '../edge-key.ts'
import type { ServedImage } from '../request-context.ts'
import { Edge, type EdgeQuestion } from './edge.ts'
import {
  type EdgeAnswer,
  EdgeRefused,
  type EdgeTarget,
  type Prepare,
  type ReadLabels,
} from './edge-client.ts'
import { clientFor } from './edge-protocols.ts'
import { startHedge } from './hedge.ts'
import { withinOwnTime } from './own-time.ts'
import { IN_USE, LATE, NO_EDGE, NONE_READY, type Refusal, refusalOf, STAYS_HERE } from './refusals.ts'
import { Spending } from './spending.ts'

/** For a second edge after a first that was late: together still under a quarter of a second. */
const SECOND_TRY_MS = 40
/** Of the client's deadline: what lies between the edge's answer and the client's. */
const ANSWERING_MS = 5

export interface OffloadSettings {
  /** What the device draws above idle while it infers; without, nothing is expected of energy. */
  readonly activeWatts?: number | undefined
  /** For edges whose front door asks for one. */
  readonly edgeKey?: EdgeKey | undefined
  readonly tracing?: Tracing | undefined
  /** For edges that answer with classes as numbers. */
  readonly readLabels?: ReadLabels | undefined
}

export type ServedDeployment = Pick<Deployment, 'id' | 'edge' | 'policy'>

interface Sending {
  readonly image: ServedImage
  readonly question: EdgeQuestion
  readonly policy: Policy
  readonly background: boolean
  readonly onSent: (() => void) | undefined
  /** Set once nobody waits any more: then no second edge is asked. */
  isOver: boolean
}

type Outcome = ({ readonly ok: true } & EdgeAnswer) | Refusal

export class Offload implements AsyncDisposable {
  readonly #activeWatts: number | undefined
  readonly #edgeKey: EdgeKey | undefined
  readonly #tracing: Tracing
  readonly #readLabels: ReadLabels | undefined
  readonly #spending = new Spending()
  #edges: readonly Edge[] = []
  #retries = freshRetryBudget(performance.now())
  #turn = 0
  #edgeMs: Estimate | undefined

  constructor({ activeWatts, edgeKey, tracing = PASSING_ON, readLabels }: OffloadSettings = {}) {
    this.#readLabels = readLabels
    this.#tracing = tracing
    this.#activeWatts = activeWatts
    this.#edgeKey = edgeKey
  }

  /** Where the edge halves of this device's deployments run. Edges that stay keep their connections and their record. */
  retarget(edges: readonly EdgeTarget[]): void {
    const targets = edges.map((edge) => ({ apiKey: keyFor(this.#edgeKey, edge), ...edge }))
    const before = this.#edges
    const stays = (target: EdgeTarget) => before.find((edge) => isSame(edge.target, target))
    this.#edges = targets.map(
      (target) => stays(target) ?? new Edge(target, clientFor(target, this.#readLabels)),
    )
    // Not awaited: an edge that is silent would hold up the switch until its deadline.
    for (const edge of before) if (!this.#edges.includes(edge)) void edge.retire().catch(() => undefined)
  }

  /** A port that asks for this deployment's edge half alone, also while a newer one serves: pairs never mix. */
  portFor(deployment: ServedDeployment, prepare?: Prepare): Required<EdgePort> {
    const { policy } = deployment
    let localMs: Estimate | undefined
    const questionOf = (topK: number) => ({
      topK,
      deployment,
      deadlineMs: policy.edgeDeadlineMs,
      prepare,
    })
    return {
      offload: async (image, topK, { background = false, hedge, onSent } = {}): Promise<EdgeResult> => {
        const start = performance.now()
        const sending = { image, question: questionOf(topK), policy, background, onSent, isOver: false }
        const result = await this.#send(sending, { hedge, localMs: fresh(localMs, start) })
        return { ...result, ms: performance.now() - start }
      },
      expected: () => this.#expected(fresh(localMs, performance.now())),
      answered: (image, { decision, timingsMs }) => {
        if (timingsMs.local !== undefined) localMs = learn(localMs, timingsMs.local, performance.now())
        // The function was told beforehand, and has not asked.
        if (decision.reason === NONE_READY.reason) this.#probe({ image, question: questionOf(1), policy })
      },
    }
  }

  /** Of each edge, for whoever watches the device. */
  get health() {
    return this.#edges.map((edge) => edge.health)
  }

  async #send(
    sending: Sending,
    local: { hedge: OffloadOptions['hedge']; localMs: number | undefined },
  ): Promise<Outcome & { localMs?: number }> {
    const { image, policy, background } = sending
    if (image.context.preference === 'local-only') return STAYS_HERE
    if (!background) this.#probe(sending)
    const first = this.#choose([])
    if (!first) return this.#refusal()
    if (background && this.#edges.some((edge) => edge.outstanding > 0)) return IN_USE
    // Nobody waits for an audit: bounded by the client's time, only the quick answers would count.
    const hurryMs = background ? undefined : leftMs(image, policy)
    // Without a hedge the local answer is yet to be made when the wait is over.
    const clientMs = local.hedge || hurryMs === undefined ? hurryMs : hurryMs - (local.localMs ?? 0)
    if (clientMs !== undefined && clientMs <= 0) return LATE
    const refused = this.#spending.spend(policy.offloadBudget, image, background)
    if (refused) return refused
    const hasSecond = this.#edges.length > 1
    const patienceMs = first.patienceMs(policy.edgeDeadlineMs) + (hasSecond ? SECOND_TRY_MS : 0)
    const waitMs = Math.min(patienceMs, policy.edgeDeadlineMs, clientMs ?? Number.POSITIVE_INFINITY)
    const { localMs = waitMs } = local
    const afterMs = hedgeAfterMs(first.roundTripsMs, { waitMs, localMs })
    const hedge =
      hurryMs !== undefined && local.hedge ? startHedge(local.hedge, { afterMs, localMs }) : undefined
    const attempts = this.#attempts(first, sending)
    // A client's deadline is the wall's; how patient this device is with an edge is measured by its own time, and one
    // attempt alone measures that itself.
    const graceMs = waitMs === clientMs ? 0 : waitMs
    const isAlone = !hasSecond && clientMs === undefined
    const outcome = isAlone ? await attempts : await withinOwnTime(attempts, waitMs, graceMs)
    sending.isOver = true
    const hedgedMs = hedge?.stop()
    if (!outcome) return LATE
    return hedgedMs === undefined ? outcome : { ...outcome, localMs: hedgedMs }
  }

  async #attempts(first: Edge, sending: Sending): Promise<Outcome> {
    const tried: Edge[] = []
    let edge: Edge | undefined = first
    let refusal: Refusal = NONE_READY
    this.#retries = earnRetry(this.#retries, performance.now())
    while (edge) {
      const start = performance.now()
      try {
        const { model, labels } = await this.#ask(edge, sending)
        this.#edgeMs = learn(this.#edgeMs, performance.now() - start, performance.now())
        return { ok: true, model, labels }
      } catch (error) {
        refusal = refusalOf(error)
        tried.push(edge)
        edge = isOfImage(error) ? undefined : this.#choose(tried)
        if (edge && !this.#mayRetry(sending)) edge = undefined
      }
    }
    return refusal
  }

  /** Where no edge can be asked. */
  #refusal(): Refusal {
    return this.#edges.length === 0 ? NO_EDGE : NONE_READY
  }

  #ask(edge: Edge, { image, question, onSent }: Sending): Promise<EdgeAnswer> {
    const start: SpanStart = {
      kind: 'client',
      traceparent: image.context.traceparent,
      attributes: { 'url.full': edge.target.url, 'tandem.request.id': image.context.requestId },
    }
    return this.#tracing.span('offload', start, ({ traceparent }) =>
      edge.ask({ ...image, context: { ...image.context, traceparent } }, question, onSent),
    )
  }

  #mayRetry({ image, policy, background, isOver }: Sending): boolean {
    if (isOver || background) return false
    const after = spendRetry(this.#retries)
    if (!after || this.#spending.spend(policy.offloadBudget, image)) return false
    this.#retries = after
    return true
  }

  /** The image goes along to each edge that is left alone and due for a look, if the budget has room for it. */
  #probe({ image, question, policy }: Pick<Sending, 'image' | 'question' | 'policy'>): void {
    if (image.context.preference === 'local-only') return
    for (const edge of this.#edges) {
      if (!edge.isProbeDue || this.#spending.spend(policy.offloadBudget, image)) continue
      void edge.probe(image, question)
    }
  }

  #choose(tried: readonly Edge[]): Edge | undefined {
    const ready = this.#edges.filter((edge) => edge.isReady && !tried.includes(edge))
    const outstanding = ready.map((edge) => edge.outstanding)
    // A second try takes nobody's turn, or every other image would begin at the edge that fails.
    const turn = tried.length === 0 ? this.#turn++ : this.#turn
    const at = chooseEdge(outstanding, turn)
    return at === undefined ? undefined : ready[at]
  }

  #expected(localMs: number | undefined): Expected {
    const isReady = this.#edges.some((edge) => edge.isReady)
    const edgeMs = isReady ? fresh(this.#edgeMs, performance.now()) : undefined
    const localJ =
      this.#activeWatts === undefined || localMs === undefined
        ? undefined
        : modelEnergyJ(this.#activeWatts, localMs)
    return {
      ...(localMs === undefined ? {} : { localMs }),
      ...(localJ === undefined ? {} : { localJ }),
      ...(edgeMs === undefined ? {} : { edgeMs }),
      ...(isReady ? { edgeJ: PUBLISHED_UPLOAD_J } : { edgeRefuses: this.#refusal().reason }),
    }
  }

  /** Cuts what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    const edges = this.#edges
    this.#edges = []
    await Promise.all(edges.map((edge) => edge[Symbol.asyncDispose]()))
  }
}

/** What one edge refuses another would. */
const isOfImage = (error: unknown) =>
  error instanceof EdgeRefused && (error.code === 'image' || error.code === 'unsent')

const isSame = (a: EdgeTarget, b: EdgeTarget): boolean => JSON.stringify(a) === JSON.stringify(b)

/** How long this client waits yet; undefined where neither it nor the policy says so. */
function leftMs({ context }: ServedImage, { latencyBudgetMs }: Policy): number | undefined {
  if (context.deadlineAtMs !== undefined) return context.deadlineAtMs - performance.now() - ANSWERING_MS
  return latencyBudgetMs === undefined ? undefined : latencyBudgetMs - ANSWERING_MS
}
