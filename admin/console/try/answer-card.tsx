// One answer: its classes, who gave it and why, and where the time went.

import { Alert, Badge, Card, Group, Progress, Text, Title } from '@mantine/core'
import type { ClassifyAnswer, ErrorBody } from '#contract/classify.ts'
import { DataTable } from '../parts/data-table.tsx'
import { joules, milliseconds, percent } from '../parts/format.ts'

const REASONS: Readonly<Record<string, string>> = {
  routed: 'the router decided so',
  budget: 'the budget for sending images is used up',
  'breaker-open': 'the edge has failed lately, and is left alone',
  deadline: 'the edge would have been too late',
  'edge-error': 'the edge was asked and failed',
  preference: 'the request said so',
}

interface AnswerProps {
  readonly title: string
  readonly answer: ClassifyAnswer | ErrorBody
  readonly isMain?: boolean
}

export function AnswerCard({ title, answer, isMain = false }: AnswerProps) {
  return (
    <Card withBorder>
      <Title order={isMain ? 2 : 3} size="h5" mb="xs">
        {title}
      </Title>
      {'error' in answer ? (
        <Alert color="red" variant="light">
          {answer.error.message}
        </Alert>
      ) : (
        <Given answer={answer} isMain={isMain} />
      )}
    </Card>
  )
}

function Given({ answer, isMain }: { readonly answer: ClassifyAnswer; readonly isMain: boolean }) {
  const { labels, tier, model, decision, timingsMs, energyJ } = answer
  return (
    <>
      {labels.map(({ index, name, score }) => (
        <div key={index}>
          <Group justify="space-between">
            <Text fw={600}>{name}</Text>
            <Text size="sm">{percent(score)}</Text>
          </Group>
          <Progress value={score * 100} aria-label={`${name}: ${percent(score)}`} mb="xs" />
        </div>
      ))}
      <Group gap="xs" mt="xs">
        <Badge tt="none">{tier}</Badge>
        <Text size="sm">
          {model}, {milliseconds(timingsMs.total ?? 0)}, {joules(energyJ.value)} ({energyJ.method})
        </Text>
      </Group>
      {isMain && (
        <>
          <Text size="sm" mt="xs">
            Answered here because {REASONS[decision.reason] ?? decision.reason}.{' '}
            {decision.score !== null &&
              decision.threshold !== null &&
              `Router ${decision.router} gave it ${decision.score.toFixed(3)}; from ${decision.threshold.toFixed(3)} on images go to the edge.`}
          </Text>
          <DataTable
            label="Times"
            minWidth={240}
            rows={Object.entries(timingsMs)}
            keyOf={([step]) => step}
            columns={[
              { name: 'Step', cell: ([step]) => step },
              { name: 'Time', isFigure: true, cell: ([, ms]) => milliseconds(ms) },
            ]}
          />
        </>
      )}
    </>
  )
}
