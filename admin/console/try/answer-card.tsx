// One answer: its classes, which model gave it, and what that took.

import { Alert, Badge, Card, Group, Progress, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ClassifyAnswer } from '#contract/classify.ts'
import { joules, milliseconds, percent } from '../parts/format.ts'
import type { Answer } from './try-image.ts'

interface AnswerProps {
  readonly title: string
  readonly answer: Answer
  readonly children?: ReactNode
}

export function AnswerCard({ title, answer, children }: AnswerProps) {
  return (
    <Card withBorder>
      <Title order={3} size="h5" mb="xs">
        {title}
      </Title>
      {'error' in answer ? (
        <Alert color="red" variant="light">
          {answer.error.message}
        </Alert>
      ) : (
        <>
          <Labels answer={answer} />
          <Costs answer={answer} />
        </>
      )}
      {children}
    </Card>
  )
}

export function Labels({ answer: { labels } }: { readonly answer: ClassifyAnswer }) {
  return labels.map(({ index, name, score }, rank) => (
    <div key={index}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" fw={rank === 0 ? 650 : 400} truncate>
          {name}
        </Text>
        <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums' }}>
          {percent(score)}
        </Text>
      </Group>
      <Progress value={score * 100} size="sm" aria-label={`${name}: ${percent(score)}`} mb={6} />
    </div>
  ))
}

function Costs({ answer: { tier, model, timingsMs, energyJ } }: { readonly answer: ClassifyAnswer }) {
  return (
    <Group gap="xs" mt="xs">
      <Badge variant="light" tt="none">
        {tier}
      </Badge>
      <Text size="sm">
        {model}: {milliseconds(timingsMs.total ?? 0)} and {joules(energyJ.value)} ({energyJ.method})
      </Text>
    </Group>
  )
}
