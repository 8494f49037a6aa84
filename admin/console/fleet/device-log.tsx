// What happened to a device, newest first: what it was told, what it said, what it measured, what went wrong with its
// answers. Devices hand in no log files; where this does not say enough, the file is on the device.

import { Badge, Card, Code, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type Answers, trpc } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { moment, percent, whole } from '../parts/format.ts'
import { byCursor, More } from '../parts/more.tsx'

type Line = Answers['devices']['log']['items'][number]

const EVERY_MS = 5_000
const PAGES_LIVE = 2

export function DeviceLog({ device }: { readonly device: string }) {
  const log = useInfiniteQuery(
    trpc.devices.log.infiniteQueryOptions(
      { name: device, limit: 20 },
      {
        ...byCursor,
        refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > PAGES_LIVE ? false : EVERY_MS),
      },
    ),
  )
  return (
    <Card withBorder component="section" aria-label="Log">
      <Title order={2} size="h4">
        Log
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        As the control plane knows it. The worker’s own log is on the device:{' '}
        <Code>journalctl -u tandem</Code>, or what it was started with.
      </Text>
      <More query={log} empty={<EmptyState title="Nothing yet">It has just been enrolled.</EmptyState>}>
        {(items) => (
          <DataTable
            label="Log of this device"
            rows={items}
            keyOf={({ id }) => id}
            columns={[
              { name: 'When', cell: ({ at }) => moment(at) },
              { name: 'What', cell: (line) => <Kind line={line} /> },
              { name: '', cell: wordsOf },
            ]}
          />
        )}
      </More>
    </Card>
  )
}

const isBad = ({ kind, state }: Line): boolean =>
  kind === 'failures' ||
  kind === 'revoked' ||
  ((kind === 'said' || kind === 'measured') && state === 'failed')

const Kind = ({ line }: { readonly line: Line }) => (
  <Badge variant="light" tt="none" color={isBad(line) ? 'red' : line.kind === 'told' ? 'blue' : 'gray'}>
    {KINDS[line.kind]}
  </Badge>
)

const KINDS: Readonly<Record<Line['kind'], string>> = {
  enrolled: 'enrolled',
  revoked: 'revoked',
  told: 'was told',
  said: 'said',
  measured: 'measured',
  failures: 'edge failures',
  audits: 'audits',
}

const FAILURES: Readonly<Record<string, string>> = {
  'edge-error': 'the edge failed',
  deadline: 'the edge was too slow',
  'breaker-open': 'the edge had failed before and was not asked',
  budget: 'the budget for uploads was spent',
  fallback: 'the function failed, and the built-in path answered',
}

function wordsOf({ kind, state, version, count, disagreed, message }: Line): string {
  switch (kind) {
    case 'enrolled':
      return message
    case 'revoked':
      return 'It is refused at every call.'
    case 'told':
      return `to run ${version === null ? 'nothing' : `deployment ${version}`} (manifest ${count})`
    case 'said':
      return `${state}${version === null ? '' : `, serves deployment ${version}`}${message === '' ? '' : `: ${message}`}`
    case 'measured':
      return `${message} (${state}, ${whole(count ?? 0)} images)`
    case 'failures':
      return `${whole(count ?? 0)} answers stayed on the device: ${FAILURES[state ?? ''] ?? state}`
    case 'audits':
      return `${whole(count ?? 0)} images shown to the edge as well, ${percent((disagreed ?? 0) / Math.max(count ?? 0, 1))} named otherwise there`
  }
}
