// A stage: how many of its devices serve, who does not and why, how many decisions have come, and the quality figures
// beside their bounds.

import { Card, Group, Progress, Text, Title } from '@mantine/core'
import { DataTable } from '../parts/data-table.tsx'
import { percent, whole } from '../parts/format.ts'
import { RowLink } from '../parts/row-link.tsx'
import { StateBadge } from '../parts/state-badge.tsx'
import { QualityTable, type StageView } from './quality-table.tsx'

/** Of thousands only those are named that are not well. */
const NAMED_MAX = 20

const COLOURS = { serving: 'teal', installing: 'blue', failed: 'red' } as const

interface StageProps {
  readonly number: number
  readonly view: StageView
  /** The rollout has ended: what was under way stopped here. */
  readonly isOver: boolean
}

export function StageCard({ number, view, isOver }: StageProps) {
  const { stage, counts, devices, is } = view
  const total = counts.serving + counts.installing + counts.waiting + counts.failed
  const unwell = devices.filter((device) => device.state !== 'serving')
  return (
    <Card withBorder component="section" aria-label={`Stage ${number}`}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={2} size="h4">
          Stage {number}: {stage.devices ? `${stage.devices.length} named devices` : percent(stage.share, 0)}{' '}
          of {stage.group}
        </Title>
        <StateBadge state={is === 'active' && isOver ? 'stopped here' : is} />
      </Group>
      {is === 'to come' ? (
        <Text size="sm" c="dimmed">
          {isOver
            ? 'It did not come to this.'
            : stage.gate === 'approval'
              ? 'Begins when somebody approves it.'
              : 'Begins when the one before has succeeded.'}
        </Text>
      ) : (
        <>
          <Devices counts={counts} total={total} />
          <Decisions view={view} />
          {view.measured.length > 0 && <QualityTable label={`Quality of stage ${number}`} view={view} />}
          {unwell.length > 0 && <Unwell number={number} devices={unwell} />}
        </>
      )}
    </Card>
  )
}

function Devices({ counts, total }: { readonly counts: StageView['counts']; readonly total: number }) {
  const said = [
    `${whole(counts.serving)} of ${whole(total)} devices serve it`,
    ...(['installing', 'waiting', 'failed'] as const)
      .filter((state) => counts[state] > 0)
      .map((state) => `${whole(counts[state])} ${state}`),
  ].join(', ')
  return (
    <>
      <Text size="sm" mt="xs">
        {said}
      </Text>
      <Progress.Root size={14} mt={4} role="img" aria-label={said}>
        {(['serving', 'installing', 'failed'] as const).map((state) => (
          <Progress.Section
            key={state}
            value={total === 0 ? 0 : (counts[state] / total) * 100}
            color={COLOURS[state]}
            withAria={false}
          />
        ))}
      </Progress.Root>
    </>
  )
}

function Decisions({ view: { quality, stage } }: { readonly view: StageView }) {
  if (!quality || stage.minDecisions === 0) return null
  const share = Math.min(1, quality.decisions / stage.minDecisions)
  const said = `${whole(quality.decisions)} decisions; judged from ${whole(stage.minDecisions)} on`
  return (
    <>
      <Text size="sm" mt="xs">
        {said}
      </Text>
      <Progress.Root size={6} mt={4} mb="xs" role="img" aria-label={said}>
        <Progress.Section value={share * 100} color={share < 1 ? 'gray' : 'teal'} withAria={false} />
      </Progress.Root>
    </>
  )
}

interface UnwellProps {
  readonly number: number
  readonly devices: StageView['devices']
}

const Unwell = ({ number, devices }: UnwellProps) => (
  <>
    <DataTable
      label={`Devices of stage ${number} that do not serve it`}
      rows={devices.slice(0, NAMED_MAX)}
      keyOf={({ name }) => name}
      columns={[
        {
          name: 'Does not serve it',
          cell: ({ name }) => <RowLink to="/devices/$name" params={{ name }} label={name} />,
        },
        { name: 'Tier', cell: ({ tier }) => tier },
        { name: 'State', cell: ({ state }) => <StateBadge state={state} /> },
        { name: 'Says', cell: ({ message }) => message || '–' },
      ]}
    />
    {devices.length > NAMED_MAX && (
      <Text size="xs" c="dimmed">
        and {whole(devices.length - NAMED_MAX)} more
      </Text>
    )}
  </>
)
