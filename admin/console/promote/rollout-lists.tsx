// Rollouts by stages, of all groups, and what one group was told to run, with the way back to any of it.

import { Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useSession } from '../app/session.tsx'
import { trpc } from '../app/trpc.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { byCursor, More } from '../parts/more.tsx'
import { RowLink } from '../parts/row-link.tsx'
import { StateBadge } from '../parts/state-badge.tsx'
import { When } from '../parts/when.tsx'
import { rollBack } from './group-cards.tsx'

const EVERY_MS = 5_000

export function StagedRollouts() {
  const rollouts = useInfiniteQuery(
    trpc.rollouts.list.infiniteQueryOptions({ all: true }, { ...byCursor, refetchInterval: EVERY_MS }),
  )
  return (
    <More
      query={rollouts}
      empty={
        <EmptyState title="None yet" command="npx tandem promote --router 1 --stages 10%,50%,100%">
          Promote a router by stages, and it can be watched here: first a tenth of the devices, then half,
          then all.
        </EmptyState>
      }
    >
      {(items) => (
        <DataTable
          label="Rollouts by stages"
          rows={items}
          keyOf={({ id }) => id}
          minWidth={760}
          columns={[
            {
              name: 'Rollout',
              cell: ({ id, version }) => (
                <RowLink to="/rollouts/$id" params={{ id }} label={`Deployment ${version}`} />
              ),
            },
            {
              name: 'Group',
              cell: ({ plan }) => [...new Set(plan.stages.map(({ group }) => group))].join(', '),
            },
            { name: 'State', cell: ({ state }) => <StateBadge state={state} /> },
            { name: 'Stage', cell: ({ cuts, plan }) => `${cuts.length} of ${plan.stages.length}` },
            {
              name: 'Why',
              cell: ({ reason }) => (
                <Text span size="sm" lineClamp={2}>
                  {reason}
                </Text>
              ),
            },
            { name: 'By', cell: ({ startedBy }) => startedBy },
            { name: 'Begun', cell: ({ createdAt }) => <When at={createdAt} /> },
          ]}
        />
      )}
    </More>
  )
}

export function GroupHistory({ group }: { readonly group: string }) {
  const { may } = useSession()
  const history = useInfiniteQuery(trpc.rollouts.history.infiniteQueryOptions({ group }, byCursor))
  return (
    <Stack>
      <More
        query={history}
        empty={
          <EmptyState title="Nothing was promoted to it yet">Promote a router to this group.</EmptyState>
        }
      >
        {(items) => {
          const current = items.find(({ rollout }) => rollout.state === 'current')?.deployment
          return (
            <DataTable
              label={`History of ${group}`}
              rows={items}
              keyOf={({ rollout }) => rollout.id}
              minWidth={820}
              columns={[
                { name: 'Deployment', isFigure: true, cell: ({ deployment }) => deployment.version },
                {
                  name: 'Pair',
                  cell: ({ deployment: { document } }) => `${document.local.name} → ${document.edge.name}`,
                },
                { name: 'How', cell: ({ rollout }) => rollout.kind },
                { name: 'State', cell: ({ rollout }) => <StateBadge state={rollout.state} /> },
                { name: 'By', cell: ({ rollout }) => rollout.startedBy },
                { name: 'From', cell: ({ rollout }) => <When at={rollout.createdAt} /> },
                {
                  name: 'Until',
                  cell: ({ rollout }) => (rollout.endedAt === null ? 'now' : <When at={rollout.endedAt} />),
                },
                {
                  name: 'Compare',
                  cell: ({ deployment }) =>
                    current && current.id !== deployment.id ? (
                      <RowLink
                        to="/rollouts/compare"
                        search={{ from: deployment.version, to: current.version }}
                        label={`with ${current.version}`}
                      />
                    ) : null,
                },
                {
                  name: '',
                  cell: ({ deployment }) =>
                    may('rollouts.rollback') && current && current.id !== deployment.id ? (
                      <AskFirst
                        label="Go back to it"
                        size="compact-xs"
                        color="orange"
                        title={`Take ${group} back to deployment ${deployment.version}?`}
                        consequence={`All of its devices leave deployment ${current.version} and run deployment ${deployment.version} again.`}
                        act={() => rollBack({ group, to: deployment.id, expected: current.id })}
                      />
                    ) : null,
                },
              ]}
            />
          )
        }}
      </More>
    </Stack>
  )
}
