// The fleet: every device with what it runs and says, by group, tier and state; and the way to let a new one in.

import { Anchor, Group, MultiSelect, Select, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../app/session.tsx'
import { type Answers, trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { byCursor, More } from '../parts/more.tsx'
import { Page } from '../parts/page.tsx'
import { StateBadge } from '../parts/state-badge.tsx'
import { When } from '../parts/when.tsx'
import { Enrol } from './enrol.tsx'

const STATES = ['enrolled', 'idle', 'installing', 'serving', 'failed', 'revoked'] as const
type State = (typeof STATES)[number]
type Device = Answers['devices']['list']['items'][number]

const EVERY_MS = 5_000

export function DevicesPage() {
  const { may } = useSession()
  const [group, setGroup] = useState<string | null>(null)
  const [tier, setTier] = useState<'local' | 'edge' | null>(null)
  const [states, setStates] = useState<State[]>([])
  const groups = useQuery(trpc.devices.groups.queryOptions({ limit: 1_000 }))
  const filter = {
    limit: 50,
    ...(group === null ? {} : { group }),
    ...(tier === null ? {} : { tier }),
    ...(states.length === 0 ? {} : { states }),
  }
  const devices = useInfiniteQuery(
    trpc.devices.list.infiniteQueryOptions(filter, { ...byCursor, refetchInterval: EVERY_MS }),
  )
  const isFiltered = group !== null || tier !== null || states.length > 0
  return (
    <Page
      title="Devices"
      about="Local devices answer images themselves and send the hard ones to the edge devices of their group."
      actions={
        may('devices.createEnrolment') && <Enrol groups={groups.data?.items.map(({ name }) => name) ?? []} />
      }
    >
      <Group>
        <Select
          label="Group"
          placeholder="All"
          clearable
          data={groups.data?.items.map(({ name }) => name) ?? []}
          value={group}
          onChange={setGroup}
        />
        <Select
          label="Tier"
          placeholder="Both"
          clearable
          data={['local', 'edge']}
          value={tier}
          onChange={(value) => setTier(value as typeof tier)}
        />
        <MultiSelect
          label="State"
          placeholder={states.length === 0 ? 'All' : ''}
          data={[...STATES]}
          value={states}
          onChange={(values) => setStates(values as State[])}
        />
      </Group>
      <More
        query={devices}
        empty={
          isFiltered ? (
            <EmptyState title="No device is like that">Choose another group, tier or state.</EmptyState>
          ) : (
            <EmptyState title="No device is enrolled yet" command="npx tandem devices enrol pi --tier local">
              A device comes in with a code that is good once, for fifteen minutes.
            </EmptyState>
          )
        }
      >
        {(items) => <DeviceTable devices={items} />}
      </More>
    </Page>
  )
}

function DeviceTable({ devices }: { readonly devices: readonly Device[] }) {
  return (
    <DataTable
      label="Devices"
      rows={devices}
      keyOf={(device) => device.id}
      minWidth={760}
      columns={[
        {
          name: 'Device',
          cell: ({ name }) => (
            <Anchor component={Link} to="/devices/$name" params={{ name } as never}>
              {name}
            </Anchor>
          ),
        },
        { name: 'Tier', cell: ({ tier }) => tier },
        { name: 'Group', cell: ({ groupName }) => groupName },
        { name: 'State', cell: (device) => <StateBadge state={stateOf(device)} /> },
        { name: 'Runs', isFigure: true, cell: ({ runs }) => runs ?? '–' },
        {
          name: 'Should run',
          isFigure: true,
          cell: ({ group, isBehind }) => (
            <Text span inherit {...(isBehind ? { c: 'orange', fw: 650 } : {})}>
              {group.next === null ? (group.current ?? '–') : `${group.current ?? '–'} → ${group.next}`}
            </Text>
          ),
        },
        { name: 'Seen', cell: ({ lastSeenAt }) => <When at={lastSeenAt} /> },
        {
          name: 'Says',
          cell: ({ report }) => (
            <Text span size="sm" lineClamp={1}>
              {report?.message}
            </Text>
          ),
        },
      ]}
    />
  )
}

export function stateOf({ revokedAt, report }: Pick<Device, 'revokedAt' | 'report'>): string {
  if (revokedAt !== null) return 'revoked'
  return report?.state ?? 'enrolled'
}
