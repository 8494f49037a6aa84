// What every group runs, what is on its way, and what was before; with the way to promote and to go back.

import { Anchor, Card, SimpleGrid, Stack, Tabs, Text, Title } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../app/session.tsx'
import { type Answers, client, queries, trpc } from '../app/trpc.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'
import { StateBadge } from '../parts/state-badge.tsx'
import { When } from '../parts/when.tsx'
import { PromoteForm } from './promote-form.tsx'

type Group = Answers['devices']['groups']['items'][number]

const EVERY_MS = 3_000

export function RolloutsPage() {
  const groups = useQuery(trpc.devices.groups.queryOptions({ limit: 200 }, { refetchInterval: EVERY_MS }))
  return (
    <Page
      title="Deployments"
      about="A deployment is a pair, a router, a function and a policy. It reaches a group at once or by stages, edge devices first."
      actions={<PromoteForm groups={groups.data?.items.map(({ name }) => name) ?? []} />}
    >
      <Loaded query={groups}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="There is no group yet" command="npx tandem promote --router 1">
              Groups come with their first device. Enrol one under Devices, then promote a router.
            </EmptyState>
          ) : (
            <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
              {items.map((group) => (
                <GroupCard key={group.name} group={group} />
              ))}
            </SimpleGrid>
          )
        }
      </Loaded>
      <Lists groups={groups.data?.items.map(({ name }) => name) ?? []} />
    </Page>
  )
}

function GroupCard({ group }: { readonly group: Group }) {
  const { may } = useSession()
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        {group.name}
      </Title>
      <Text fw={650} fz={22}>
        {group.current === null ? 'nothing yet' : `Deployment ${group.current}`}
        {group.next !== null && ` → ${group.next}`}
      </Text>
      <Text size="sm" c="dimmed" mb="sm">
        {group.devices.local} local, {group.devices.edge} edge:{' '}
        {Object.entries(group.states)
          .map(([state, count]) => `${count} ${state}`)
          .join(', ')}
      </Text>
      {may('rollouts.rollback') && group.current !== null && (
        <AskFirst
          label="Roll back"
          title={`Roll back ${group.name}?`}
          consequence={
            group.next === null
              ? 'Its devices go to the newest deployment that is older than the current one.'
              : `The rollout of deployment ${group.next} ends, and all of its devices go back to deployment ${group.current}.`
          }
          act={async () => {
            await client.rollouts.rollback.mutate({ group: group.name })
            await queries.invalidateQueries()
          }}
        />
      )}
    </Card>
  )
}

function Lists({ groups }: { readonly groups: readonly string[] }) {
  const [group, setGroup] = useState<string>()
  const shown = group ?? groups[0]
  return (
    <Tabs defaultValue="staged">
      <Tabs.List>
        <Tabs.Tab value="staged">Rollouts by stages</Tabs.Tab>
        <Tabs.Tab value="history">History</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="staged" pt="md">
        <Staged />
      </Tabs.Panel>
      <Tabs.Panel value="history" pt="md">
        <Stack>
          {groups.length > 1 && (
            <Tabs variant="pills" value={shown ?? null} onChange={(value) => setGroup(value ?? undefined)}>
              <Tabs.List aria-label="Group">
                {groups.map((name) => (
                  <Tabs.Tab key={name} value={name}>
                    {name}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
            </Tabs>
          )}
          {shown !== undefined && <History group={shown} />}
        </Stack>
      </Tabs.Panel>
    </Tabs>
  )
}

function Staged() {
  const rollouts = useInfiniteQuery(
    trpc.rollouts.list.infiniteQueryOptions({ all: true }, { ...byCursor, refetchInterval: EVERY_MS }),
  )
  return (
    <More
      query={rollouts}
      empty={
        <EmptyState title="None yet">A promotion with stages shows up here and can be watched.</EmptyState>
      }
    >
      {(items) => (
        <DataTable
          label="Rollouts by stages"
          rows={items}
          keyOf={({ id }) => id}
          columns={[
            {
              name: 'Rollout',
              cell: ({ id, version }) => (
                <Anchor component={Link} to="/rollouts/$id" params={{ id } as never}>
                  Deployment {version}
                </Anchor>
              ),
            },
            { name: 'State', cell: ({ state }) => <StateBadge state={state} /> },
            {
              name: 'Stage',
              isFigure: true,
              cell: ({ cuts, plan }) => `${cuts.length} of ${plan.stages.length}`,
            },
            { name: 'Why', cell: ({ reason }) => reason },
            { name: 'By', cell: ({ startedBy }) => startedBy },
            { name: 'Begun', cell: ({ createdAt }) => <When at={createdAt} /> },
          ]}
        />
      )}
    </More>
  )
}

function History({ group }: { readonly group: string }) {
  const history = useInfiniteQuery(trpc.rollouts.history.infiniteQueryOptions({ group }, byCursor))
  return (
    <More
      query={history}
      empty={<EmptyState title="Nothing was promoted to it yet">Promote a router to this group.</EmptyState>}
    >
      {(items) => (
        <DataTable
          label={`History of ${group}`}
          rows={items}
          keyOf={({ rollout }) => rollout.id}
          columns={[
            { name: 'Deployment', isFigure: true, cell: ({ deployment }) => deployment.version },
            { name: 'How', cell: ({ rollout }) => rollout.kind },
            { name: 'State', cell: ({ rollout }) => <StateBadge state={rollout.state} /> },
            { name: 'By', cell: ({ rollout }) => rollout.startedBy },
            { name: 'From', cell: ({ rollout }) => <When at={rollout.createdAt} /> },
            {
              name: 'Until',
              cell: ({ rollout }) => (rollout.endedAt === null ? 'now' : <When at={rollout.endedAt} />),
            },
          ]}
        />
      )}
    </More>
  )
}
