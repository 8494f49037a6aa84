// Devices in rows: state, what each runs beside what it should run, and what it said last.

import { Text } from '@mantine/core'
import { DataTable } from '../parts/data-table.tsx'
import { RowLink } from '../parts/row-link.tsx'
import { StateBadge } from '../parts/state-badge.tsx'
import { When } from '../parts/when.tsx'
import { type Device, stateOf } from './device-filter.ts'

export const DeviceTable = ({ devices }: { readonly devices: readonly Device[] }) => (
  <DataTable
    label="Devices"
    rows={devices}
    keyOf={(device) => device.id}
    minWidth={820}
    columns={[
      {
        name: 'Device',
        cell: ({ name }) => <RowLink to="/devices/$name" params={{ name }} label={name} />,
      },
      { name: 'Tier', cell: ({ tier }) => tier },
      { name: 'Group', cell: ({ groupName }) => groupName },
      { name: 'State', cell: (device) => <StateBadge state={stateOf(device)} /> },
      { name: 'Runs', isFigure: true, cell: ({ runs }) => runs ?? '–' },
      { name: 'Should run', isFigure: true, cell: (device) => <Wanted device={device} /> },
      { name: 'Seen', cell: ({ lastSeenAt }) => <When at={lastSeenAt} /> },
      {
        name: 'Says',
        cell: ({ report }) => (
          <Text span size="sm" lineClamp={1} title={report?.message ?? ''}>
            {report?.message || '–'}
          </Text>
        ),
      },
    ]}
  />
)

function Wanted({ device: { group, isBehind, revokedAt } }: { readonly device: Device }) {
  if (revokedAt !== null) return '–'
  const words = group.next === null ? String(group.current ?? '–') : `${group.current ?? '–'} → ${group.next}`
  if (!isBehind) return words
  return (
    <Text span inherit fw={650}>
      {words} · behind
    </Text>
  )
}
