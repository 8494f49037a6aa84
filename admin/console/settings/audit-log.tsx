// Who did what, from where, and what changed by it.

import { Code, Group, Stack, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { moment } from '../parts/format.ts'
import { byCursor, More } from '../parts/more.tsx'
import { StateBadge } from '../parts/state-badge.tsx'

const PAUSE_MS = 300

export function AuditLog() {
  const [action, setAction] = useState('')
  const [wanted] = useDebouncedValue(action.trim(), PAUSE_MS)
  const log = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(
      { limit: 50, ...(wanted === '' ? {} : { action: wanted }) },
      byCursor,
    ),
  )
  return (
    <Stack>
      <Group>
        <TextInput
          label="Action"
          placeholder="rollouts or rollouts.promote"
          value={action}
          onChange={(e) => setAction(e.currentTarget.value)}
        />
      </Group>
      <More
        query={log}
        empty={
          <EmptyState title="Nothing like that">
            Every change shows up here, also those that were refused.
          </EmptyState>
        }
      >
        {(items) => (
          <DataTable
            label="Audit log"
            rows={items}
            keyOf={(entry) => String(entry.id)}
            minWidth={820}
            columns={[
              { name: 'When', cell: ({ at }) => moment(at) },
              { name: 'Who', cell: ({ actor }) => actor },
              { name: 'What', cell: ({ action: name }) => name },
              {
                name: 'Outcome',
                cell: ({ outcome }) => (
                  <StateBadge state={outcome === 'ok' ? 'done' : outcome.toLowerCase()} />
                ),
              },
              {
                name: 'Change',
                cell: ({ subject, before, after }) =>
                  subject === null ? (
                    '–'
                  ) : (
                    <Code block style={{ whiteSpace: 'pre-wrap', maxWidth: 420 }}>
                      {[subject, ...changesOf(before, after)].join('\n')}
                    </Code>
                  ),
              },
            ]}
          />
        )}
      </More>
    </Stack>
  )
}

/** Fields that differ, one a line. */
function changesOf(before: unknown, after: unknown): string[] {
  const fields = (value: unknown) =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const [was, is] = [fields(before), fields(after)]
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]))
    .map((key) => `${key}: ${JSON.stringify(was[key]) ?? '–'} → ${JSON.stringify(is[key]) ?? '–'}`)
}
