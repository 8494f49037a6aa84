// This router beside the version before it: what was trained differently, and what came of it.

import { Card, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { trpc } from '../app/trpc.ts'
import { featureInWords } from '../features/feature-names.ts'
import { DataTable } from '../parts/data-table.tsx'
import { interval, joules, percent, percentInterval, whole } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import { usePairNames } from '../select/use-pair-names.ts'
import type { Router } from './router-page.tsx'

export function VersionDiff({ router }: { readonly router: Router }) {
  const before = useQuery(
    trpc.routers.get.queryOptions({ id: String(router.version - 1) }, { enabled: router.version > 1 }),
  )
  const pairOf = usePairNames()
  if (router.version === 1) return null
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        Beside version {router.version - 1}
      </Title>
      <Loaded query={before}>
        {(earlier) => {
          const rows = differences(earlier, router, pairOf)
          if (rows.length === 0) return <Text size="sm">Nothing differs.</Text>
          return (
            <DataTable
              label={`Differences to version ${earlier.version}`}
              rows={rows}
              keyOf={(row) => row.what}
              columns={[
                { name: 'What', cell: ({ what }) => what },
                { name: `Version ${earlier.version}`, cell: (row) => row.before },
                { name: `Version ${router.version}`, cell: (row) => <strong>{row.now}</strong> },
              ]}
            />
          )
        }}
      </Loaded>
    </Card>
  )
}

/** What of the provenance says something to people, in words; ids of jobs do not. */
const WORDS: Partial<Record<keyof Router['provenance'], string>> = {
  policy: 'threshold',
  offloadTarget: 'images to send',
  features: 'features',
  featureChoice: 'features are',
  folds: 'folds',
  seed: 'seed',
  leakCheck: 'equal images',
  importedFrom: 'imported from',
}

function differences(before: Router, now: Router, pairOf: (selectionId: string) => string) {
  const own = (router: Router) => router.evaluation.strategies.find((s) => s.name === 'router')
  const ownOr = (router: Router, show: (strategy: NonNullable<ReturnType<typeof own>>) => string) => {
    const strategy = own(router)
    return strategy ? show(strategy) : '–'
  }
  const both = (what: string, show: (router: Router) => string) => ({
    what,
    before: show(before),
    now: show(now),
  })
  const rows = [
    both('kind', ({ kind }) => kind),
    both('pair', ({ selectionId }) => pairOf(selectionId)),
    both('measured by', ({ provenance: { localJob, edgeJob } }) => `${localJob}, ${edgeJob}`),
    ...Object.entries(WORDS).map(([key, what]) =>
      both(what, ({ provenance }) => inWords(provenance[key as keyof Router['provenance']])),
    ),
    both('images', ({ evaluation }) => whole(evaluation.images)),
    both('sent', (router) => ownOr(router, ({ offloadShare }) => percent(offloadShare))),
    both('top-1', (router) => ownOr(router, ({ top1 }) => percentInterval(top1))),
    both('device energy', (router) => ownOr(router, ({ deviceEnergyJ }) => joules(deviceEnergyJ))),
    both('DGC', ({ evaluation }) => interval(evaluation.dgc)),
    both('AUC', ({ evaluation }) => interval(evaluation.auc, 3)),
  ]
  return rows.filter((row) => row.before !== row.now)
}

function inWords(value: Router['provenance'][keyof Router['provenance']]): string {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (!('by' in value)) return value.map(featureInWords).join(', ')
  switch (value.by) {
    case 'energy':
      return `at most ${joules(value.budgetJ)} an image`
    case 'guarantee':
      return `at most ${percent(value.alpha)} wrongly kept, ${percent(1 - value.delta, 0)} sure`
    default:
      return `${value.by === 'offload' ? 'send' : 'top-1 of'} ${percent(value.target)}`
  }
}
