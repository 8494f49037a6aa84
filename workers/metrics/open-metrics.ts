// A worker's registry and where it is fed: requests by a middleware, answers by whoever gives them, and the state of the
// parts at the moment that a monitor asks. /metrics lies behind the front door's keys, where it has some.

import { Hono, type MiddlewareHandler } from 'hono'
import { answerMetrics, httpMetrics, openRegistry } from '#platform/observe/http-metrics.ts'
import { within } from '../host/within.ts'
import type { Observer } from '../observe/observer.ts'
import type { Generations } from '../serve/generations.ts'
import type { Offload } from '../serve/offload/offload.ts'
import { type RefusalObserver, visionMetrics } from './vision-metrics.ts'
import { type AnswerObserver, workerMetrics } from './worker-metrics.ts'

export interface MetricsPorts {
  readonly generations: Pick<Generations, 'serving' | 'driver'>
  readonly offload: Pick<Offload, 'health'>
  readonly spool: { readonly waiting: number; readonly dropped: number }
  readonly observer: Pick<Observer, 'dropped'>
}

export interface Metrics {
  readonly middleware: MiddlewareHandler
  readonly routes: Hono
  readonly onAnswer: AnswerObserver
  readonly onRefused: RefusalObserver
}

/** A vision process that is well answers in a millisecond. */
const USAGE_MAX_MS = 500

export function openMetrics({ generations, offload, spool, observer }: MetricsPorts): Metrics {
  const registry = openRegistry()
  const onAnswer = workerMetrics(registry, {
    serving() {
      const { serving, driver } = generations
      if (!serving) return undefined
      const { deployment, health } = serving
      return {
        deployment: deployment.id,
        version: deployment.version,
        driver,
        isFunctionHealthy: health.state === 'healthy',
        functionDeaths: health.deaths,
      }
    },
    spool: () => ({ waiting: spool.waiting, dropped: spool.dropped }),
    observationsDropped: () => observer.dropped,
    edges: () =>
      offload.health.map(({ url, isReady, outstanding }) => ({ url, isOpen: isReady, outstanding })),
  })
  const onRefused = visionMetrics(registry, () => {
    const { serving } = generations
    if (!serving) return undefined
    const { batch, deaths } = serving.health.vision
    const usage = () =>
      within(
        serving.visionUsage().catch(() => undefined),
        USAGE_MAX_MS,
      )
    return { batchMax: batch.batchMax, deaths, usage }
  })
  return {
    middleware: httpMetrics(registry),
    routes: new Hono().get('/metrics', (c) => answerMetrics(registry, c)),
    onAnswer,
    onRefused,
  }
}
