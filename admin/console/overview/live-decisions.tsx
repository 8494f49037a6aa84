// Decisions as they come in: which tier answered, why, how long it took and what it cost. They move while somebody looks;
// whoever wants to read holds them. A busy fleet makes thousands a second: then a sample of them is shown, and said.

import { Button, Card, Group, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Answers, trpc } from '../app/trpc.ts'
import { LiveBadge } from '../live/live-badge.tsx'
import { useLive } from '../live/use-live.ts'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { joules, milliseconds } from '../parts/format.ts'
import { RowLink } from '../parts/row-link.tsx'
import { When } from '../parts/when.tsx'

type Decision = Answers['decisions']['list']['items'][number] & { readonly deviceName: string }

const SHOWN = 12

const REASONS: Readonly<Record<string, string>> = {
  routed: 'the router’s choice',
  preference: 'the client asked for it',
  'edge-error': 'the edge failed',
  deadline: 'the edge was too slow',
  'breaker-open': 'the edge has failed before',
  budget: 'the budget for uploads is spent',
  direct: 'sent to this tier',
}

const keyOf = ({ deviceId, sequence }: Decision) => `${deviceId} ${sequence}`

export function LiveDecisions() {
  const [isHeld, setHeld] = useState(false)
  const [rows, setRows] = useState<readonly Decision[]>()
  const [isSample, setSample] = useState(false)
  const state = useLive(
    trpc.live.decisions.subscriptionOptions(
      { limit: SHOWN },
      {
        enabled: !isHeld,
        onData({ data }) {
          // The first are those from before somebody looked.
          setSample(rows !== undefined && data.isSample)
          setRows((before = []) => newest([...(data.decisions as readonly Decision[]), ...before]))
        },
      },
    ),
  )
  return (
    <Card withBorder>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={2} size="h4">
            Decisions
          </Title>
          <Text size="sm" c="dimmed">
            {isSample
              ? 'A sample: more come in than can be shown.'
              : 'Devices hand them in every few seconds.'}
          </Text>
        </div>
        <Group gap="xs" justify="flex-end">
          <LiveBadge state={isHeld ? 'paused' : state} />
          <Button size="compact-sm" variant="default" onClick={() => setHeld(!isHeld)}>
            {isHeld ? 'Go on' : 'Hold'}
          </Button>
        </Group>
      </Group>
      {rows === undefined ? (
        <EmptyState title="No image was answered yet" command="npx tandem classify image.jpg">
          Classify one, or choose one under <Link to="/try">Try it</Link>.
        </EmptyState>
      ) : (
        <Rows rows={rows} />
      )}
    </Card>
  )
}

function newest(rows: readonly Decision[]): Decision[] {
  const once = new Map(rows.map((row) => [keyOf(row), row]))
  return [...once.values()].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, SHOWN)
}

const Rows = ({ rows }: { readonly rows: readonly Decision[] }) => (
  <DataTable
    label="Newest decisions"
    rows={rows}
    keyOf={keyOf}
    minWidth={760}
    columns={[
      { name: 'When', cell: ({ at }) => <When at={at} /> },
      {
        name: 'Device',
        cell: ({ deviceName }) => (
          <RowLink to="/devices/$name" params={{ name: deviceName }} label={deviceName} />
        ),
      },
      { name: 'Answered by', cell: ({ tier }) => tier },
      {
        name: 'Because',
        cell: ({ reason, byFallback }) =>
          `${REASONS[reason] ?? reason}${byFallback ? ', by the built-in path' : ''}`,
      },
      {
        name: 'Score / threshold',
        isFigure: true,
        cell: ({ routerScore, threshold }) =>
          routerScore === null || threshold === null
            ? '–'
            : `${routerScore.toFixed(2)} / ${threshold.toFixed(2)}`,
      },
      { name: 'Took', isFigure: true, cell: ({ totalMs }) => milliseconds(totalMs) },
      { name: 'Energy', isFigure: true, cell: ({ energyJ }) => joules(energyJ) },
    ]}
  />
)
