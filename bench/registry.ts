// Every bench by its name: what `npm run bench` runs without a word, in this order, and what only runs where it is named,
// because it takes long, changes the machine, or needs data that few have.

import type { BenchLine, BenchOptions } from './bench-line.ts'

export interface Bench {
  /** For people who look for one. */
  readonly what: string
  readonly run: (options: BenchOptions) => Promise<BenchLine[]>
}

/** Loaded when it runs: what one needs costs the others no start. */
const bench = (what: string, load: () => Promise<Bench['run']>): Bench => ({
  what,
  run: async (options) => (await load())(options),
})

export const USUAL: Readonly<Record<string, Bench>> = {
  features: bench(
    'features and forest over a bare inference',
    async () => (await import('./features.ts')).benchFeatures,
  ),
  forest: bench(
    'forest against scikit-learn and ml-random-forest',
    async () => (await import('./forest.ts')).benchForest,
  ),
  evaluation: bench(
    '12 models x 50,000 images, computed',
    async () => (await import('./evaluation.ts')).benchEvaluation,
  ),
  paper: bench('the paper, replayed', async () => (await import('./paper/replay.ts')).benchPaper),
  overhead: bench(
    'serving over the bare loop',
    async () => (await import('./serve/overhead.ts')).benchOverhead,
  ),
  transformers: bench(
    'serving against transformers.js',
    async () => (await import('./serve/transformers.ts')).benchTransformers,
  ),
  opencv: bench(
    'serving against OpenCV behind FastAPI',
    async () => (await import('./serve/peer/opencv.ts')).benchOpencv,
  ),
  polls: bench(
    'manifest polls against a bare Hono route',
    async () => (await import('./control/polls.ts')).benchPolls,
  ),
  'lost-edge': bench(
    'an edge that is lost in every way',
    async () => (await import('./serve/judged/lost-edge.ts')).benchLostEdge,
  ),
  switches: bench(
    'switches under load',
    async () => (await import('./serve/judged/switches-line.ts')).benchSwitches,
  ),
  start: bench('cold starts', async () => (await import('./start/cold-start.ts')).benchStart),
  memory: bench(
    'memory of each process, idle and under load',
    async () => (await import('./start/memory.ts')).benchMemory,
  ),
  calls: bench('admin API against bare tRPC', async () => (await import('./control/calls.ts')).benchCalls),
}

export const ON_REQUEST: Readonly<Record<string, Bench>> = {
  console: bench(
    'the console with 10,000 devices and 100,000 decisions',
    async () => (await import('./console/console.ts')).benchConsole,
  ),
  corpus: bench('5,000 damaged images', async () => (await import('./serve/corpus.ts')).benchCorpus),
  'slow-clients': bench(
    '1,000 slow connections',
    async () => (await import('./serve/slow-clients.ts')).benchSlowClients,
  ),
  decisions: bench(
    '100,000 decisions through kill -9 of worker and control plane',
    async () => (await import('./serve/decisions.ts')).benchDecisions,
  ),
  'cost-growth': bench(
    'cost against images, models, devices, decisions',
    async () => (await import('./growth/cost-growth.ts')).benchCostGrowth,
  ),
  imagenet: bench(
    'every pair and router on real photographs',
    async () => (await import('./imagenet/evaluate.ts')).benchImagenet,
  ),
  growth: bench('whether a worker grows', async () => (await import('./serve/growth.ts')).benchGrowth),
  select: bench(
    '12 models x 50,000 images, stored',
    async () => (await import('./control/select.ts')).benchSelect,
  ),
  profile: bench(
    'where the time of a request goes',
    async () => (await import('./serve/profile.ts')).benchProfile,
  ),
  ingest: bench('decisions in', async () => (await import('./control/ingest.ts')).benchIngest),
  lists: bench('lists of a large installation', async () => (await import('./control/lists.ts')).benchLists),
  'npm-start': bench(
    'npm start, first and second',
    async () => (await import('./start/npm-start.ts')).benchNpmStart,
  ),
  soak: bench('an hour of faults', async () => (await import('./soak/soak.ts')).benchSoak),
}

export const ALL: Readonly<Record<string, Bench>> = { ...USUAL, ...ON_REQUEST }
