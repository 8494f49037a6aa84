// Who did what, from where, and what changed by it; filtered by the control plane, since a log only grows.

import { Group, Select, Stack, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../app/session.tsx'
import { trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { moment } from '../parts/format.ts'
import { byCursor, More } from '../parts/more.tsx'
import { StateBadge } from '../parts/state-badge.tsx'
import { ChangeCell } from './change-cell.tsx'

const PAUSE_MS = 300
const DAY_MS = 86_400_000
const PERIODS: Readonly<Record<string, number>> = { 'Last day': 1, 'Last week': 7, 'Last 30 days': 30 }
const OUTCOMES = ['ok', 'FORBIDDEN', 'UNAUTHORIZED', 'BAD_REQUEST', 'CONFLICT', 'NOT_FOUND']

interface Filter {
  readonly action: string
  readonly subject: string
  readonly outcome: string | null
  readonly period: string | null
}

export function AuditLog() {
  const [filter, setFilter] = useState<Filter>({ action: '', subject: '', outcome: null, period: null })
  const [wanted] = useDebouncedValue(filter, PAUSE_MS)
  const log = useInfiniteQuery(trpc.audit.list.infiniteQueryOptions(askOf(wanted), byCursor))
  return (
    <Stack>
      <Filters filter={filter} onChange={setFilter} />
      <More
        query={log}
        empty={
          <EmptyState title="Nothing like that">
            Every change shows up here, also those that were refused. Ask for less.
          </EmptyState>
        }
      >
        {(items) => (
          <DataTable
            label="Audit log"
            rows={items}
            keyOf={(entry) => String(entry.id)}
            minWidth={900}
            columns={[
              { name: 'When', cell: ({ at }) => moment(at) },
              { name: 'Who', cell: ({ actor, address }) => `${actor}${address ? `, ${address}` : ''}` },
              { name: 'What', cell: ({ action }) => action },
              {
                name: 'Outcome',
                cell: ({ outcome }) => (
                  <StateBadge state={outcome === 'ok' ? 'done' : outcome.toLowerCase().replace('_', ' ')} />
                ),
              },
              { name: 'Change', cell: (entry) => <ChangeCell entry={entry} /> },
            ]}
          />
        )}
      </More>
    </Stack>
  )
}

/** Begins of days, so that the question stays the same while somebody pages. */
function askOf({ action, subject, outcome, period }: Filter) {
  const days = PERIODS[period ?? '']
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS
  return {
    limit: 50,
    ...(action.trim() === '' ? {} : { action: action.trim() }),
    ...(subject.trim() === '' ? {} : { subject: subject.trim() }),
    ...(outcome === null ? {} : { outcome }),
    ...(days === undefined ? {} : { since: new Date(today - days * DAY_MS).toISOString() }),
  }
}

interface FilterProps {
  readonly filter: Filter
  readonly onChange: (filter: Filter) => void
}

function Filters({ filter, onChange }: FilterProps) {
  const { may } = useSession()
  const places = ['rollouts', 'devices', 'users', 'apiKeys', 'routers', 'models', 'datasets', 'session']
  const known = places.filter((place) => place === 'session' || may(`${place}.list`))
  return (
    <Group align="flex-end">
      <TextInput
        label="What"
        placeholder="rollouts or rollouts.promote"
        list="audit-actions"
        value={filter.action}
        onChange={(e) => onChange({ ...filter, action: e.currentTarget.value })}
      />
      <datalist id="audit-actions">
        {known.map((place) => (
          <option key={place} value={place} />
        ))}
      </datalist>
      <TextInput
        label="On what"
        placeholder="group default"
        value={filter.subject}
        onChange={(e) => onChange({ ...filter, subject: e.currentTarget.value })}
      />
      <Select
        label="Outcome"
        placeholder="Any"
        clearable
        data={OUTCOMES}
        value={filter.outcome}
        onChange={(outcome) => onChange({ ...filter, outcome })}
      />
      <Select
        label="Since"
        placeholder="Ever"
        clearable
        data={Object.keys(PERIODS)}
        value={filter.period}
        onChange={(period) => onChange({ ...filter, period })}
      />
    </Group>
  )
}
