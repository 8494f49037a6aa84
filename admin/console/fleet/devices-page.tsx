// The fleet: every device with what it runs and says, found by name, group, tier and state; and the way to let a new one
// in. A page of them at a time: a fleet may have ten thousand.

import { Button, Group, MultiSelect, Select, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../app/session.tsx'
import { trpc } from '../app/trpc.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { whole } from '../parts/format.ts'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'
import { type DeviceFilter, STATES, type State, useDeviceFilter } from './device-filter.ts'
import { DeviceTable } from './device-table.tsx'
import { Enrol } from './enrol.tsx'

const EVERY_MS = 5_000
/** Whoever has gone further reads, and nothing moves under their eyes. */
const PAGES_LIVE = 3
const TYPING_MS = 300

export function DevicesPage() {
  const { may } = useSession()
  const [filter, change] = useDeviceFilter()
  const groups = useQuery(trpc.devices.groups.queryOptions({ limit: 1_000 }, { staleTime: 60_000 }))
  const names = groups.data?.items.map(({ name }) => name) ?? []
  const totals = useQuery(trpc.devices.totals.queryOptions(undefined, { refetchInterval: EVERY_MS }))
  const { states, ...other } = filter
  const devices = useInfiniteQuery(
    trpc.devices.list.infiniteQueryOptions(
      { limit: 50, ...other, ...(states ? { states: [...states] } : {}) },
      {
        ...byCursor,
        refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > PAGES_LIVE ? false : EVERY_MS),
      },
    ),
  )
  const count = Object.values(totals.data?.states ?? {}).reduce((sum, n) => sum + n, 0)
  return (
    <Page
      title="Devices"
      about="Local devices answer images themselves and send the hard ones to the edge devices of their group."
      actions={may('devices.createEnrolment') && <Enrol groups={names} />}
    >
      <Filters filter={filter} change={change} groups={names} />
      {totals.data && count > 0 && (
        <Text size="sm" c="dimmed">
          {whole(count)} in all:{' '}
          {STATES.flatMap((state) =>
            totals.data.states[state] ? [`${whole(totals.data.states[state])} ${state}`] : [],
          ).join(', ')}
        </Text>
      )}
      <More query={devices} empty={<NoDevice isFiltered={Object.keys(filter).length > 0} change={change} />}>
        {(items) => <DeviceTable devices={items} />}
      </More>
    </Page>
  )
}

interface FilterProps {
  readonly filter: DeviceFilter
  readonly change: (to: DeviceFilter) => void
  readonly groups: readonly string[]
}

function Filters({ filter, change, groups }: FilterProps) {
  const [named, setNamed] = useState(filter.named ?? '')
  const search = useDebouncedCallback((text: string) => {
    const { named: _, ...others } = filter
    change(text.trim() === '' ? others : { ...others, named: text.trim() })
  }, TYPING_MS)
  const set = <K extends keyof DeviceFilter>(key: K, value: DeviceFilter[K] | null) => {
    const { [key]: _, ...others } = filter
    change(value === null ? others : { ...others, [key]: value })
  }
  return (
    <Group>
      <TextInput
        label="Name"
        placeholder="contains …"
        value={named}
        onChange={(e) => {
          setNamed(e.currentTarget.value)
          search(e.currentTarget.value)
        }}
      />
      <Select
        label="Group"
        placeholder="All"
        clearable
        searchable
        limit={50}
        data={[...groups]}
        value={filter.group ?? null}
        onChange={(group) => set('group', group)}
      />
      <Select
        label="Tier"
        placeholder="Both"
        clearable
        data={['local', 'edge']}
        value={filter.tier ?? null}
        onChange={(tier) => set('tier', tier as DeviceFilter['tier'] | null)}
      />
      <MultiSelect
        label="State"
        placeholder={filter.states ? '' : 'All'}
        data={[...STATES]}
        value={[...(filter.states ?? [])]}
        onChange={(states) => set('states', states.length === 0 ? null : (states as State[]))}
      />
    </Group>
  )
}

function NoDevice({
  isFiltered,
  change,
}: {
  readonly isFiltered: boolean
  readonly change: FilterProps['change']
}) {
  if (!isFiltered)
    return (
      <EmptyState title="No device is enrolled yet" command="npx tandem devices enrol pi --tier local">
        A device comes in with a code that is good once, for fifteen minutes: make one with “Enrol a device”.
      </EmptyState>
    )
  return (
    <EmptyState
      title="No device is like that"
      action={
        <Button variant="default" onClick={() => change({})}>
          Show all
        </Button>
      }
    >
      Choose another name, group, tier or state.
    </EmptyState>
  )
}
