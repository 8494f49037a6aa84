// What every group runs, what is on its way, and what was before; with the ways to promote, to compare and to go back.
// Which list is shown, and of which group, is in the address.

import { Anchor, Select, Stack, Tabs } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { trpc } from '../app/trpc.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'
import { GroupCards } from './group-cards.tsx'
import { PromoteForm } from './promote-form.tsx'
import { GroupHistory, StagedRollouts } from './rollout-lists.tsx'

const EVERY_MS = 5_000
const CARDS = 9

export function RolloutsPage() {
  const groups = useInfiniteQuery(
    trpc.devices.groups.infiniteQueryOptions({ limit: CARDS }, { ...byCursor, refetchInterval: EVERY_MS }),
  )
  const names = useGroupNames()
  return (
    <Page
      title="Deployments"
      about="A deployment is a pair, a router, a function and a policy. It reaches a group at once or by stages, edge devices first."
      actions={
        <>
          <Anchor component={Link} to="/rollouts/compare">
            Compare
          </Anchor>
          <PromoteForm groups={names} />
        </>
      }
    >
      <More
        query={groups}
        empty={
          <EmptyState title="There is no group yet" command="npx tandem promote --router 1">
            Groups come with their first device. Enrol one under <Link to="/devices">Devices</Link>, then
            promote a router.
          </EmptyState>
        }
      >
        {(items) => <GroupCards groups={items} />}
      </More>
      {names.length > 0 && <Lists groups={names} />}
    </Page>
  )
}

/** For choosing one: names alone of up to a thousand. */
function useGroupNames(): string[] {
  const all = useQuery(trpc.devices.groups.queryOptions({ limit: 1_000 }, { staleTime: 60_000 }))
  return all.data?.items.map(({ name }) => name) ?? []
}

function Lists({ groups }: { readonly groups: readonly string[] }) {
  const { list = 'staged', group } = useSearch({ strict: false }) as { list?: string; group?: string }
  const navigate = useNavigate()
  const shown = group ?? groups[0]!
  const show = (search: { list: string; group?: string }) =>
    void navigate({ to: '/rollouts', search: search as never, replace: true })
  return (
    <Tabs value={list} onChange={(to) => show({ list: to ?? 'staged' })} keepMounted={false}>
      <Tabs.List>
        <Tabs.Tab value="staged">Rollouts by stages</Tabs.Tab>
        <Tabs.Tab value="history">History</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="staged" pt="md">
        <StagedRollouts />
      </Tabs.Panel>
      <Tabs.Panel value="history" pt="md">
        <Stack>
          {groups.length > 1 && (
            <Select
              label="Group"
              searchable
              limit={50}
              maw={280}
              data={[...groups]}
              value={shown}
              allowDeselect={false}
              onChange={(to) => to !== null && show({ list: 'history', group: to })}
            />
          )}
          <GroupHistory group={shown} />
        </Stack>
      </Tabs.Panel>
    </Tabs>
  )
}
