// This router beside the version before it: what was trained differently, and what came of it.

import { Card, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { interval, percentInterval } from '../parts/format.ts'
import { Loaded } from '../parts/loaded.tsx'
import type { Router } from './router-page.tsx'

export function VersionDiff({ router }: { readonly router: Router }) {
  const before = useQuery(
    trpc.routers.get.queryOptions({ id: String(router.version - 1) }, { enabled: router.version > 1 }),
  )
  if (router.version === 1) return null
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        Beside version {router.version - 1}
      </Title>
      <Loaded query={before}>
        {(earlier) => {
          const rows = differences(earlier, router)
          if (rows.length === 0) return <Text size="sm">Nothing differs.</Text>
          return (
            <DataTable
              label={`Differences to version ${earlier.version}`}
              rows={rows}
              keyOf={(row) => row.what}
              columns={[
                { name: '', cell: ({ what }) => what },
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

function differences(before: Router, now: Router) {
  const say = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value ?? '–'))
  const own = (router: Router) => router.evaluation.strategies.find((s) => s.name === 'router')
  const rows: [string, string, string][] = [
    ['kind', before.kind, now.kind],
    ['selection', before.selectionId, now.selectionId],
    ...Object.keys({ ...before.provenance, ...now.provenance }).map((key): [string, string, string] => [
      key,
      say(before.provenance[key as keyof Router['provenance']]),
      say(now.provenance[key as keyof Router['provenance']]),
    ]),
    ['DGC', interval(before.evaluation.dgc), interval(now.evaluation.dgc)],
    ['AUC', interval(before.evaluation.auc, 3), interval(now.evaluation.auc, 3)],
    [
      'top-1',
      own(before) ? percentInterval(own(before)!.top1) : '–',
      own(now) ? percentInterval(own(now)!.top1) : '–',
    ],
  ]
  return rows.filter(([, a, b]) => a !== b).map(([what, a, b]) => ({ what, before: a, now: b }))
}
