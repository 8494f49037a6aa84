// What happens to an answer beside being sent: its decision is written down before, and afterwards, in the background,
// some of the images that stayed are shown to the edge as well (audits), and hard ones are kept for labelling
// (captures). An image whose client said `local-only` is neither sent nor kept. Nothing here can fail an answer.

import type { Logger } from 'pino'
import type { ClassifyAnswer } from '#contract/classify.ts'
import type { Deployment } from '#contract/deployment.ts'
import type { TierLabel } from '#contract/observe/audit.ts'
import { isToAudit } from '#core/observe/choose-audit.ts'
import { captureReason } from '#core/observe/hard-example.ts'
import type { DecisionSpool } from '../agent/spool/decision-spool.ts'
import type { EdgePort } from '../host/bindings-server.ts'
import type { ServedImage } from '../serve/request-context.ts'
import { askEdge } from './ask-edge.ts'
import { BackgroundWork } from './background-work.ts'
import type { Captures } from './captures/captures.ts'
import { decisionOf } from './decision-of.ts'

export interface ObserverPorts {
  readonly spool: Pick<DecisionSpool, 'add'>
  /** One that still runs here. */
  readonly deploymentOf: (id: string) => Deployment | undefined
  /** Of one that still runs here. */
  readonly edgeFor: (deployment: Deployment) => EdgePort | undefined
  readonly captures: Pick<Captures, 'keep'>
  readonly log: Logger
  /** Uniform in [0, 1). */
  readonly lot?: () => number
}

/** Images of clients that have their answers: a few of the largest, and never more than so many. */
const LIMITS = { waitingMax: 32, sizeMaxBytes: 32 * 1024 ** 2 }

interface Answered {
  readonly answer: ClassifyAnswer
  readonly image: ServedImage
  readonly deployment: Deployment
  /** The decision's sequence. */
  readonly of: number
}

export class Observer implements AsyncDisposable {
  readonly #ports: ObserverPorts
  readonly #audits: BackgroundWork
  readonly #captures: BackgroundWork
  readonly #stop = new AbortController()

  constructor(ports: ObserverPorts) {
    this.#ports = ports
    const onError = (what: string) => (err: unknown) => {
      if (!this.#stop.signal.aborted) ports.log.warn({ err }, `${what} failed`)
    }
    this.#audits = new BackgroundWork(LIMITS, onError('audit'))
    this.#captures = new BackgroundWork(LIMITS, onError('capture'))
  }

  /** Audits and captures that there was no room for. */
  get dropped(): { readonly audits: number; readonly captures: number } {
    return { audits: this.#audits.dropped, captures: this.#captures.dropped }
  }

  /** To be called before the answer is sent: returns once kill -9 cannot lose the decision any more. Never throws. */
  onAnswer(answer: ClassifyAnswer, totalMs: number, image: ServedImage): void {
    try {
      this.#observe(answer, totalMs, image)
    } catch (err) {
      this.#ports.log.error({ err, requestId: image.context.requestId }, 'an answer could not be observed')
    }
  }

  #observe(answer: ClassifyAnswer, totalMs: number, image: ServedImage): void {
    const of = this.#ports.spool.add(decisionOf(answer, totalMs, image.context))
    const deployment = this.#ports.deploymentOf(answer.deployment)
    if (of === undefined || !deployment) return
    const answered = { answer, image, deployment, of }
    const { lot = Math.random } = this.#ports
    const seen = { answer, preference: image.context.preference }
    if (isToAudit(seen, deployment.policy.auditShare, lot()))
      this.#audits.offer(image.bytes.length, () => this.#audit(answered))
    else this.#keepIfHard(answered)
  }

  async #audit(answered: Answered): Promise<void> {
    const { answer, image, deployment, of } = answered
    const port = this.#ports.edgeFor(deployment)
    const edge = port && (await askEdge(port, image, this.#stop.signal))
    if (edge) {
      const at = new Date().toISOString()
      const local = bestOf(answer)
      this.#ports.spool.add({ kind: 'audit', at, deploymentId: deployment.id, of, local, edge })
    }
    this.#keepIfHard(answered, edge)
  }

  /** `audited`: what the edge said of an image that stayed. */
  #keepIfHard({ answer, image, deployment, of }: Answered, audited?: TierLabel): void {
    const quotaMb = deployment.policy.captureQuotaMb
    if (quotaMb === undefined) return
    const own = bestOf(answer)
    const seen = { answer, preference: image.context.preference }
    const reason = captureReason(seen, audited && audited.label !== own.label)
    if (reason === undefined) return
    const { score, threshold } = answer.decision
    const labels = answer.tier === 'edge' ? { edge: own } : { local: own, ...(audited && { edge: audited }) }
    const at = new Date().toISOString()
    const about = { at, deploymentId: deployment.id, of, reason, score, threshold, ...labels }
    this.#captures.offer(image.bytes.length, () =>
      this.#ports.captures.keep(image.bytes, about, quotaMb * 1024 ** 2),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#audits[Symbol.asyncDispose]()
    await this.#captures[Symbol.asyncDispose]()
  }
}

function bestOf({ labels }: ClassifyAnswer): TierLabel {
  const { index, score } = labels[0]!
  return { label: index, score }
}
