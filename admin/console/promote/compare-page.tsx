// Two deployments side by side: what they are made of and what their routers' evaluations promise, with what differs
// marked.

import { Group, Select, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type Answers, trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { interval, joules, percent, percentInterval } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'

type Deployment = Answers['rollouts']['deployment']
type Router = Answers['routers']['get']

interface Line {
  readonly name: string
  readonly from: string
  readonly to: string
}

export function ComparePage() {
  const { from, to } = useSearch({ strict: false }) as { from?: string | number; to?: string | number }
  const navigate = useNavigate()
  const deployments = useQuery(trpc.rollouts.deployments.queryOptions({ limit: 100 }))
  const versions = deployments.data?.items.map(({ version }) => String(version)) ?? []
  const [older, newer] = [String(from ?? versions[1] ?? ''), String(to ?? versions[0] ?? '')]
  const choose = (search: { from: string; to: string }) =>
    void navigate({ to: '/rollouts/compare', search: search as never, replace: true })
  return (
    <Page
      title="Compare deployments"
      about="What differs between two, in what they are made of and in what they promise."
    >
      <Loaded query={deployments}>
        {() =>
          versions.length < 2 ? (
            <EmptyState title="There is nothing to compare yet">
              It takes two deployments: promote another router.
            </EmptyState>
          ) : (
            <>
              <Group>
                <Version
                  label="From"
                  data={versions}
                  value={older}
                  onChange={(v) => choose({ from: v, to: newer })}
                />
                <Version
                  label="To"
                  data={versions}
                  value={newer}
                  onChange={(v) => choose({ from: older, to: v })}
                />
              </Group>
              <DeploymentDiff from={older} to={newer} />
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

interface VersionProps {
  readonly label: string
  readonly data: readonly string[]
  readonly value: string
  readonly onChange: (version: string) => void
}

const Version = ({ label, data, value, onChange }: VersionProps) => (
  <Select
    label={label}
    searchable
    data={[...data].map((version) => ({ value: version, label: `Deployment ${version}` }))}
    value={value}
    onChange={(to) => to !== null && onChange(to)}
    allowDeselect={false}
  />
)

interface DiffProps {
  /** Versions. */
  readonly from: string
  readonly to: string
  /** Only what differs. */
  readonly isBrief?: boolean
}

export function DeploymentDiff({ from, to, isBrief = false }: DiffProps) {
  const [older, newer] = [useWhole(from), useWhole(to)]
  const open = [older, newer].find(({ deployment }) => deployment === undefined)
  if (open) return <Loaded query={open.query}>{() => null}</Loaded>
  const lines = linesOf(older, newer).filter((line) => !isBrief || line.from !== line.to)
  if (lines.length === 0) return <Text size="sm">Nothing: both are made of the same.</Text>
  return (
    <DataTable
      label={`Deployment ${from} beside deployment ${to}`}
      rows={lines}
      keyOf={({ name }) => name}
      columns={[
        { name: '', cell: ({ name }) => name },
        { name: `Deployment ${from}`, cell: (line) => line.from },
        {
          name: `Deployment ${to}`,
          cell: (line) =>
            line.from === line.to ? (
              <Text span inherit c="dimmed">
                the same
              </Text>
            ) : (
              <Text span inherit fw={650}>
                {line.to}
              </Text>
            ),
        },
      ]}
    />
  )
}

function useWhole(version: string) {
  const query = useQuery(trpc.rollouts.deployment.queryOptions({ id: version }))
  const router = useQuery(
    trpc.routers.get.queryOptions(
      { id: query.data?.routerId ?? '' },
      { enabled: query.data !== undefined, staleTime: Number.POSITIVE_INFINITY },
    ),
  )
  return { query, deployment: query.data, router: router.data }
}

interface Side {
  readonly deployment: Deployment | undefined
  readonly router: Router | undefined
}

function linesOf(older: Side, newer: Side): Line[] {
  const [from, to] = [new Map(factsOf(older)), new Map(factsOf(newer))]
  return [...new Set([...from.keys(), ...to.keys()])].map((name) => ({
    name,
    from: from.get(name) ?? '–',
    to: to.get(name) ?? '–',
  }))
}

function factsOf({ deployment, router }: Side): (readonly [string, string])[] {
  if (!deployment) return []
  const { local, edge, router: ref, function: fn, policy } = deployment.document
  const model = ({ name, file }: typeof local) => `${name} (${file.digest.slice(7, 15)})`
  return [
    ['Local model', model(local)],
    ['Edge model', model(edge)],
    ['Router', `${ref.version}, ${ref.kind}`],
    ...promisesOf(router),
    ['Function', `${fn.name}@${fn.version}`],
    ...Object.entries(policy).map(([name, value]) => [`Policy: ${name}`, said(value)] as const),
  ]
}

function promisesOf(router: Router | undefined): (readonly [string, string])[] {
  if (!router) return []
  const { dgc, strategies, images } = router.evaluation
  const own = strategies.find(({ name }) => name === 'router')
  return [
    ['Router better than chance (DGC)', interval(dgc)],
    ...(own
      ? ([
          ['Expected top-1', percentInterval(own.top1)],
          ['Expected share sent', percent(own.offloadShare)],
          ['Expected energy of an image', joules(own.deviceEnergyJ)],
        ] as const)
      : []),
    ['Evaluated on', `${images} images`],
  ]
}

const said = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))
