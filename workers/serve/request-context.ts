// What accompanies one request through a device beside its image: who it is in logs and traces, what the client
// prefers, and when the answer is due. The front door makes it; offloading, decisions and traces read it. It never
// enters a function: a stranger's code has no use for other people's identifiers.

import type { Preference } from '#contract/decision.ts'

export interface RequestContext {
  /** What the client sees as `x-request-id`. */
  readonly requestId: string
  readonly preference: Preference
  /** On the clock of `performance.now()`; undefined where the client waits as long as the policy lets it. */
  readonly deadlineAtMs?: number | undefined
  /** On the same clock: when the client has said that it will have left. After it nothing is begun for it any more. */
  readonly expiresAtMs?: number | undefined
  /** W3C trace context of the caller, or of the span that stands for this request. */
  readonly traceparent?: string | undefined
}

/** An image on its way through a device, as the ports to the outside see it: what is sent on, and for whom. */
export interface ServedImage {
  readonly bytes: Uint8Array
  readonly context: RequestContext
}

/** For what no client asked for: checks at a start, probes. */
export const OWN_REQUEST: RequestContext = { requestId: 'own', preference: 'local-only' }
