// What a monitor reads from a worker, in base units: how images were answered and why, how long that took and what
// energy it cost, and the state of what stands behind the front door at that moment. Labels come from closed lists
// (tiers, reasons) or from the one deployment that serves, never from clients.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ClassifyAnswer } from '#contract/classify.ts'

/** From a small model on a fast board to the longest that a policy lets a client wait. */
const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]

export interface ServingState {
  readonly deployment: string
  readonly version: number
  readonly driver: string
  readonly isFunctionHealthy: boolean
  readonly functionDeaths: number
}

/** Whether images may be sent there now, and how many are on their way. */
export interface EdgeState {
  readonly url: string
  readonly isOpen: boolean
  readonly outstanding: number
}

export interface WorkerMetricsPorts {
  /** What runs here, the serving one first. */
  serving(): ServingState | undefined
  spool(): { readonly waiting: number; readonly dropped: number }
  /** Since the start, because too many images waited. */
  observationsDropped(): { readonly audits: number; readonly captures: number }
  edges(): readonly EdgeState[]
}

/** Tells the registry of an answer that was given. */
export type AnswerObserver = (answer: ClassifyAnswer, totalMs: number) => void

export function workerMetrics(registry: Registry, ports: WorkerMetricsPorts): AnswerObserver {
  gaugeServing(registry, ports)
  gaugeSpool(registry, ports)
  gaugeEdges(registry, ports)
  return countAnswers(registry)
}

function countAnswers(registry: Registry): AnswerObserver {
  const registers = [registry]
  const answers = new Counter({
    name: 'tandem_answers_total',
    help: 'Images answered, by the tier that answered, the reason, and whether the function failed',
    labelNames: ['tier', 'reason', 'fallback'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: 'tandem_answer_duration_seconds',
    help: 'From the request to its answer, by the tier that answered',
    labelNames: ['tier'] as const,
    buckets: SECONDS,
    registers,
  })
  const joules = new Counter({
    name: 'tandem_energy_joules_total',
    help: 'Energy of the answers at this device, by how it is known',
    labelNames: ['method'] as const,
    registers,
  })
  return ({ tier, decision, byFallback, energyJ }, totalMs) => {
    answers.inc({ tier, reason: decision.reason, fallback: String(byFallback) })
    seconds.observe({ tier }, totalMs / 1_000)
    joules.inc({ method: energyJ.method }, energyJ.value)
  }
}

function gaugeServing(registry: Registry, ports: WorkerMetricsPorts): void {
  const registers = [registry]
  new Gauge({
    name: 'tandem_deployment_info',
    help: '1 for the deployment that serves',
    labelNames: ['deployment', 'version', 'driver'] as const,
    registers,
    collect() {
      this.reset()
      const serving = ports.serving()
      if (!serving) return
      const { deployment, version, driver } = serving
      this.set({ deployment, version, driver }, 1)
    },
  })
  gauge(registry, 'tandem_function_up', {
    help: '0 while the built-in path answers for a function that is down',
    value: () => Number(ports.serving()?.isFunctionHealthy ?? false),
  })
  gauge(registry, 'tandem_function_deaths', {
    help: 'How often the function of the serving deployment has died since it started',
    value: () => ports.serving()?.functionDeaths ?? 0,
  })
}

function gaugeSpool(registry: Registry, ports: WorkerMetricsPorts): void {
  gauge(registry, 'tandem_decisions_waiting', {
    help: 'Decisions that wait to be uploaded',
    value: () => ports.spool().waiting,
  })
  gauge(registry, 'tandem_decisions_dropped', {
    help: 'Decisions that were dropped since the start, because too many waited',
    value: () => ports.spool().dropped,
  })
  new Gauge({
    name: 'tandem_observations_dropped',
    help: 'Audits and captures that there was no room for since the start',
    labelNames: ['kind'] as const,
    registers: [registry],
    collect() {
      const { audits, captures } = ports.observationsDropped()
      this.set({ kind: 'audit' }, audits)
      this.set({ kind: 'capture' }, captures)
    },
  })
}

function gaugeEdges(registry: Registry, ports: WorkerMetricsPorts): void {
  gaugeByEdge(registry, 'tandem_edge_open', {
    help: '1 where images may be sent to the edge, 0 while its circuit breaker keeps them here',
    value: ({ isOpen }) => Number(isOpen),
    ports,
  })
  gaugeByEdge(registry, 'tandem_edge_outstanding_requests', {
    help: 'Images on their way to an edge',
    value: ({ outstanding }) => outstanding,
    ports,
  })
}

function gauge(registry: Registry, name: string, { help, value }: { help: string; value: () => number }) {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value())
    },
  })
}

interface GaugeByEdge {
  readonly help: string
  readonly value: (edge: EdgeState) => number
  readonly ports: WorkerMetricsPorts
}

function gaugeByEdge(registry: Registry, name: string, { help, value, ports }: GaugeByEdge) {
  new Gauge({
    name,
    help,
    labelNames: ['edge'] as const,
    registers: [registry],
    collect() {
      this.reset()
      for (const edge of ports.edges()) this.set({ edge: edge.url }, value(edge))
    },
  })
}
