// A stage: how many of its devices serve, who does not and why, and the quality figures beside their bounds.

import { Alert, Card, Group, List, Progress, Text, Title } from '@mantine/core'
import type { Answers } from '../app/trpc.ts'
import { DataTable } from '../parts/data-table.tsx'
import { percent } from '../parts/format.ts'
import { StateBadge } from '../parts/state-badge.tsx'

type StageView = Answers['rollouts']['get']['stages'][number]

/** Of thousands only those are named that are not well. */
const NAMED_MAX = 50

export function StageCard({ number, view }: { readonly number: number; readonly view: StageView }) {
  const { stage, counts, devices, is } = view
  const total = devices.length
  const share = (count: number) => (total === 0 ? 0 : (count / total) * 100)
  const unwell = devices.filter((device) => device.state !== 'serving')
  return (
    <Card withBorder>
      <Group justify="space-between">
        <Title order={2} size="h4">
          Stage {number}: {stage.devices ? `${stage.devices.length} named devices` : percent(stage.share, 0)}{' '}
          of {stage.group}
        </Title>
        <Text size="sm" c="dimmed">
          {is}
        </Text>
      </Group>
      {total > 0 && (
        <Progress.Root
          size={20}
          mt="xs"
          role="img"
          aria-label={`${counts.serving} of ${total} devices serve`}
        >
          <Progress.Section value={share(counts.serving)} color="teal" withAria={false} />
          <Progress.Section value={share(counts.installing)} color="blue" withAria={false} />
          <Progress.Section value={share(counts.failed)} color="red" withAria={false} />
        </Progress.Root>
      )}
      <Text size="sm" mt={4}>
        {counts.serving} serve, {counts.installing} install, {counts.waiting} wait, {counts.failed} failed.
      </Text>
      {unwell.some((device) => device.state === 'failed') && (
        <Alert color="red" variant="light" mt="xs" title="Failed">
          <List size="sm">
            {unwell
              .filter((device) => device.state === 'failed')
              .slice(0, NAMED_MAX)
              .map((device) => (
                <List.Item key={device.name}>
                  {device.name}: {device.message}
                </List.Item>
              ))}
          </List>
        </Alert>
      )}
      {view.bounds.length > 0 && (
        <DataTable
          label={`Quality of stage ${number}`}
          rows={view.bounds}
          keyOf={(line) => `${line.what} ${line.is}`}
          columns={[
            { name: 'Quality', cell: (line) => line.what },
            {
              name: 'Is',
              isFigure: true,
              cell: (line) => (line.value === null ? 'not measured' : line.value.toPrecision(3)),
            },
            { name: 'Bound', isFigure: true, cell: (line) => `${line.is} ${line.bound}` },
            { name: '', cell: (line) => <StateBadge state={line.verdict} /> },
          ]}
        />
      )}
    </Card>
  )
}
