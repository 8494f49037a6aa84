// The answer as a client would have got it: what it says, who gave it and why, how near the decision was, and what it took.

import { Badge, Box, Card, Group, Stack, Text, Title } from '@mantine/core'
import type { ClassifyAnswer } from '#contract/classify.ts'
import { joules, milliseconds, percent } from '../parts/format.ts'
import { TimeBar } from './time-bar.tsx'

const REASONS: Readonly<Record<string, string>> = {
  routed: 'the router decided so',
  budget: 'the budget for sending images is used up',
  'breaker-open': 'the edge has failed lately, and is left alone',
  deadline: 'the edge would have been too late',
  'edge-error': 'the edge was asked and failed',
  preference: 'the request said so',
}

export function ServedAnswer({ answer }: { readonly answer: ClassifyAnswer }) {
  const { labels, tier, model, decision, timingsMs, energyJ, byFallback } = answer
  const [best] = labels
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Title order={2} size="h5">
          As it is served
        </Title>
        <Group gap="sm" align="baseline">
          <Text fz={26} fw={650} lh={1.2}>
            {best?.name}
          </Text>
          <Text>{percent(best?.score ?? 0)}</Text>
        </Group>
        <Group gap="xs">
          <Badge tt="none" size="lg">
            {tier}
          </Badge>
          <Text size="sm">
            {model}: {milliseconds(timingsMs.total ?? 0)} and {joules(energyJ.value)} ({energyJ.method})
          </Text>
        </Group>
        <Text size="sm">
          Answered {tier === 'edge' ? 'at the edge' : 'here'} because{' '}
          {REASONS[decision.reason] ?? decision.reason}.
          {byFallback && ' The deployed function failed, and the built-in way answered instead.'}
        </Text>
        <Decided answer={answer} />
        <TimeBar timingsMs={timingsMs} />
      </Stack>
    </Card>
  )
}

/** Scores are from 0 to 1; a threshold beyond sends all or nothing. */
const within = (value: number): number => Math.min(1, Math.max(0, value)) * 100

function Decided({ answer: { decision } }: { readonly answer: ClassifyAnswer }) {
  const { score, threshold, router, version } = decision
  if (score === null || threshold === null) return null
  const words = `Router ${version} (${router}) gave it ${score.toFixed(3)}; from ${threshold.toFixed(3)} on images go to the edge.`
  return (
    <div>
      <Box className="scale" role="img" aria-label={words}>
        <Box className="scale-edge" style={{ left: `${within(threshold)}%` }} />
        <Box className="scale-mark" style={{ left: `${within(score)}%` }} />
      </Box>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          easy: stays
        </Text>
        <Text size="xs" c="dimmed">
          hard: edge
        </Text>
      </Group>
      <Text size="sm">{words}</Text>
    </div>
  )
}
