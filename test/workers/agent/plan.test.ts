// What a device does to get from what it runs to what its manifest wants: the order of the steps is the safety,
// so every case here is a whole plan.

import { describe, expect, test } from 'vitest'
import type { Deployment } from '#contract/deployment.ts'
import type { Manifest } from '#contract/manifest.ts'
import type { Tier } from '#contract/tier.ts'
import { artifactsOf, plan, type Step } from '#workers/agent/update/plan.ts'
import { artifact, deployment, manifest } from './samples.ts'

const [one, two, three] = [deployment(1), deployment(2), deployment(3)]
const edges = [{ url: 'http://edge:7402' }]

const digests = (tier: Tier, ...all: Deployment[]) => [
  ...new Set(all.flatMap((d) => artifactsOf(d, tier)).map((ref) => ref.digest)),
]
const without = (tier: Tier, wanted: Deployment, stored: readonly string[]) =>
  artifactsOf(wanted, tier).filter((ref) => !stored.includes(ref.digest))

/** As a reader would say it: the verb, and which deployment. */
const brief = (steps: readonly Step[]) =>
  steps.map((step) => {
    if (step.do === 'start') return `start ${step.deployment.id}`
    if (step.do === 'switch' || step.do === 'stop') return `${step.do} ${step.deploymentId}`
    return step.do
  })

interface Case {
  readonly name: string
  readonly tier: Tier
  /** The one that serves first. */
  readonly running: readonly Deployment[]
  readonly stored?: readonly Deployment[]
  readonly wanted: Deployment | null
  /** What the memory does not hold beside the wanted one. */
  readonly stopFirst?: readonly Deployment[]
  readonly steps: readonly string[]
}

const CASES: readonly Case[] = [
  {
    name: 'on first boot fetches before it starts, and remembers before it switches',
    tier: 'local',
    running: [],
    wanted: one,
    steps: ['fetch', 'start dep-1', 'remember', 'switch dep-1', 'collect'],
  },
  {
    name: 'with everything on disk starts without fetching',
    tier: 'local',
    running: [],
    stored: [one],
    wanted: one,
    steps: ['start dep-1', 'remember', 'switch dep-1', 'collect'],
  },
  {
    name: 'for what serves already neither fetches, starts nor stops: it takes over new edges alone',
    tier: 'local',
    running: [one],
    stored: [one],
    wanted: one,
    steps: ['remember', 'switch dep-1', 'collect'],
  },
  {
    name: 'on the local tier stops the previous deployment, after the switch',
    tier: 'local',
    running: [one],
    stored: [one],
    wanted: two,
    steps: ['fetch', 'start dep-2', 'remember', 'switch dep-2', 'stop dep-1', 'collect'],
  },
  {
    name: 'on the edge tier keeps the previous deployment running',
    tier: 'edge',
    running: [one],
    stored: [one],
    wanted: two,
    steps: ['fetch', 'start dep-2', 'remember', 'switch dep-2', 'collect'],
  },
  {
    name: 'on the edge tier stops the one before the previous',
    tier: 'edge',
    running: [two, one],
    stored: [one, two],
    wanted: three,
    steps: ['fetch', 'start dep-3', 'remember', 'switch dep-3', 'stop dep-1', 'collect'],
  },
  {
    name: 'for a rollback on the edge switches to what still runs and keeps both',
    tier: 'edge',
    running: [two, one],
    stored: [one, two],
    wanted: one,
    steps: ['remember', 'switch dep-1', 'collect'],
  },
  {
    name: 'repairs: fetches what is missing on disk although it runs',
    tier: 'local',
    running: [one],
    wanted: one,
    steps: ['fetch', 'remember', 'switch dep-1', 'collect'],
  },
  {
    name: 'for no deployment at all remembers that, and stops nothing',
    tier: 'local',
    running: [one],
    wanted: null,
    steps: ['remember'],
  },
  {
    name: 'where the memory holds one generation fetches, then stops the old one, and starts only then',
    tier: 'local',
    running: [one],
    stored: [one],
    wanted: two,
    stopFirst: [one],
    steps: ['fetch', 'stop dep-1', 'start dep-2', 'remember', 'switch dep-2', 'collect'],
  },
  {
    name: 'on an edge where the memory holds two stops the one that does not serve before it starts a third',
    tier: 'edge',
    running: [two, one],
    stored: [one, two],
    wanted: three,
    stopFirst: [one],
    steps: ['fetch', 'stop dep-1', 'start dep-3', 'remember', 'switch dep-3', 'collect'],
  },
  {
    name: 'on an edge where the memory holds one stops both',
    tier: 'edge',
    running: [two, one],
    stored: [one, two],
    wanted: three,
    stopFirst: [two, one],
    steps: ['fetch', 'stop dep-2', 'stop dep-1', 'start dep-3', 'remember', 'switch dep-3', 'collect'],
  },
  {
    name: 'stops nothing first for what runs already',
    tier: 'edge',
    running: [two, one],
    stored: [one, two],
    wanted: one,
    stopFirst: [two, one],
    steps: ['remember', 'switch dep-1', 'collect'],
  },
  {
    name: 'for no deployment on first boot remembers that',
    tier: 'edge',
    running: [],
    wanted: null,
    steps: ['remember'],
  },
]

describe('plan()', () => {
  test.each(CASES)('$name', ({ tier, running, stored = [], wanted, stopFirst = [], steps }) => {
    const actual = {
      tier,
      running,
      stored: new Set(digests(tier, ...stored)),
      stopFirst: new Set(stopFirst.map((d) => d.id)),
    }
    expect(brief(plan(actual, manifest({ tier, deployment: wanted, edges })))).toEqual(steps)
  })

  test('fetches what it lacks and nothing else', () => {
    const stored = digests('local', one)
    const steps = plan(
      { tier: 'local', running: [one], stored: new Set(stored) },
      manifest({ deployment: two }),
    )
    expect(steps[0]).toEqual({ do: 'fetch', artifacts: without('local', two, stored) })
  })

  test('keeps the files of what it would boot, though that does not run', () => {
    const renewed = manifest({ deployment: two })
    const steps = plan({ tier: 'local', running: [two], stored: new Set(), fallback: one }, renewed)
    const collect = steps.find((step) => step.do === 'collect')
    expect(new Set(collect?.keep)).toEqual(new Set(digests('local', one, two)))
  })

  test('never fetches the other tier’s model', () => {
    const fetched = (tier: Tier) => artifactsOf(one, tier).map((ref) => ref.digest)
    expect(fetched('local')).not.toContain(one.edge.file.digest)
    expect(fetched('edge')).not.toContain(one.local.file.digest)
  })

  test('fetches the names of the edge’s classes where an edge of others will answer with numbers', () => {
    const named = { ...one, edge: { ...one.edge, labels: artifact('labels of the edge') } }
    const others = [...edges, { url: 'http://triton:8000', protocol: 'oip-v2' as const }]
    const stepsOf = (places: Manifest['edges'], stored: readonly string[] = []) =>
      plan(
        { tier: 'local', running: [], stored: new Set(stored) },
        manifest({ deployment: named, edges: places }),
      )
    const fetched = (places: Manifest['edges']) =>
      stepsOf(places).flatMap((step) => (step.do === 'fetch' ? step.artifacts : []))
    expect(fetched(others)).toContain(named.edge.labels)
    expect(fetched(edges)).not.toContain(named.edge.labels)
    expect(artifactsOf(named, 'edge', others)).toEqual(artifactsOf(named, 'edge'))
    // Declared later, for what runs already; and what is fetched is never thrown away by the same plan.
    const later = stepsOf(others, digests('local', named))
    expect(later[0]).toEqual({ do: 'fetch', artifacts: [named.edge.labels] })
    expect(later.find((step) => step.do === 'collect')?.keep).toContain(named.edge.labels.digest)
  })

  test.each(['local', 'edge'] as const)('keeps the files of both deployments on the %s tier', (tier) => {
    const steps = plan({ tier, running: [one], stored: new Set() }, manifest({ tier, deployment: two }))
    const collect = steps.find((step) => step.do === 'collect')
    expect(new Set(collect?.keep)).toEqual(new Set(digests(tier, one, two)))
  })

  test('hands the manifest’s edges to the switch', () => {
    const steps = plan({ tier: 'local', running: [], stored: new Set() }, manifest({ edges }))
    expect(steps).toContainEqual({ do: 'switch', deploymentId: 'dep-1', edges })
  })

  test('names an artifact once, however many roles it has', () => {
    const shared = { ...one, router: { ...one.router, file: one.function.file } }
    const refs = artifactsOf(shared, 'local').map((ref) => ref.digest)
    expect(new Set(refs).size).toBe(refs.length)
  })
})
