// What each group runs: the pair, the router, what is on its way, and how its devices do. A fleet may have hundreds of
// groups: they come in pages.

import { Badge, Card, Group, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type Answers, trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { whole } from '../parts/format.ts'
import { byCursor, More } from '../parts/more.tsx'
import { RowLink } from '../parts/row-link.tsx'

type GroupRow = Answers['devices']['groups']['items'][number]

const SHOWN = 10
const EVERY_MS = 10_000

export function RunningPairs() {
  const groups = useInfiniteQuery(
    trpc.devices.groups.infiniteQueryOptions({ limit: SHOWN }, { ...byCursor, refetchInterval: EVERY_MS }),
  )
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        What runs
      </Title>
      <More query={groups} empty={null}>
        {(items) => (
          <DataTable
            label="What every group runs"
            rows={items}
            keyOf={({ name }) => name}
            minWidth={760}
            columns={[
              {
                name: 'Group',
                cell: ({ name }) => <RowLink to="/devices" search={{ group: name }} label={name} />,
              },
              { name: 'Pair', cell: ({ pair }) => (pair ? `${pair.local} → ${pair.edge}` : 'nothing yet') },
              {
                name: 'Router',
                cell: ({ pair }) =>
                  pair ? (
                    <RowLink
                      to="/routers/$version"
                      params={{ version: String(pair.router.version) }}
                      label={`${pair.router.version} · ${pair.router.kind}`}
                    />
                  ) : (
                    '–'
                  ),
              },
              {
                name: 'Deployment',
                cell: ({ current, next }) => (
                  <RowLink to="/rollouts" label={`${current ?? '–'}${next === null ? '' : ` → ${next}`}`} />
                ),
              },
              { name: 'Local', isFigure: true, cell: ({ devices }) => whole(devices.local) },
              { name: 'Edge', isFigure: true, cell: ({ devices }) => whole(devices.edge) },
              { name: 'Health', cell: (group) => <Health group={group} /> },
            ]}
          />
        )}
      </More>
    </Card>
  )
}

function Health({ group: { name, states } }: { readonly group: GroupRow }) {
  const unwell = (['failed', 'installing', 'enrolled'] as const).filter((state) => states[state])
  if (unwell.length === 0)
    return (
      <Badge color="teal" variant="light" tt="none">
        all serve
      </Badge>
    )
  return (
    <Group gap={6}>
      {unwell.map((state) => (
        <Badge key={state} color={state === 'failed' ? 'red' : 'gray'} variant="light" tt="none">
          <RowLink
            to="/devices"
            search={{ group: name, states: state }}
            isPlain
            label={`${states[state]} ${state}`}
          />
        </Badge>
      ))}
    </Group>
  )
}
