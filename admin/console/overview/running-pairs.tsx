// What each group runs: the pair, the router with its verdict, and what is on its way.

import { Anchor, Badge, Card, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type Answers, trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'

type Group = Answers['devices']['groups']['items'][number]

export function RunningPairs({ groups }: { readonly groups: readonly Group[] }) {
  const deployments = useQuery(trpc.rollouts.deployments.queryOptions({ limit: 100 }))
  const of = (version: number | null) =>
    deployments.data?.items.find((row) => row.version === version)?.document
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        What runs
      </Title>
      <DataTable
        label="What every group runs"
        rows={groups}
        keyOf={({ name }) => name}
        columns={[
          { name: 'Group', cell: ({ name }) => name },
          {
            name: 'Deployment',
            cell: ({ current, next }) => (
              <Anchor component={Link} to="/rollouts">
                {current ?? 'nothing yet'}
                {next !== null && ` → ${next}`}
              </Anchor>
            ),
          },
          {
            name: 'Pair',
            cell: ({ current }) =>
              of(current) ? `${of(current)!.local.name} → ${of(current)!.edge.name}` : '–',
          },
          {
            name: 'Router',
            cell: ({ current }) =>
              of(current) ? (
                <Anchor
                  component={Link}
                  to="/routers/$version"
                  params={{ version: String(of(current)!.router.version) } as never}
                >
                  {of(current)!.router.version}
                </Anchor>
              ) : (
                '–'
              ),
          },
          {
            name: 'Devices',
            cell: ({ devices }) => (
              <Text span size="sm">
                {devices.local} local, {devices.edge} edge
              </Text>
            ),
          },
          {
            name: '',
            cell: ({ states }) =>
              states.failed ? (
                <Badge color="red" tt="none">
                  {states.failed} failed
                </Badge>
              ) : null,
          },
        ]}
      />
    </Card>
  )
}
