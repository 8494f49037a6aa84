// What each model alone says of the image, side by side, and what it costs the device to ask the heavy one.

import { Badge, Group, SimpleGrid, Text, Title } from '@mantine/core'
import { joules, milliseconds } from '../parts/format.ts'
import { AnswerCard } from './answer-card.tsx'
import type { Tried } from './try-image.ts'

export function BothModels({ tried: { local, edge } }: { readonly tried: Tried }) {
  const isBoth = !('error' in local) && !('error' in edge)
  const agree = isBoth && local.labels[0]?.index === edge.labels[0]?.index
  const isAtEdge = !('error' in edge) && edge.tier === 'edge'
  return (
    <>
      <Group gap="xs">
        <Title order={2} size="h4">
          Both models
        </Title>
        {isBoth && isAtEdge && (
          <Badge variant="light" tt="none" color={agree ? 'teal' : 'orange'}>
            {agree ? 'they agree' : 'they disagree'}
          </Badge>
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <AnswerCard title="Local model" answer={local} />
        <AnswerCard title="Edge model" answer={edge}>
          {!('error' in edge) && !isAtEdge && (
            <Text size="sm" mt="xs">
              The edge could not be asked ({edge.decision.reason}): this is the local model’s answer.
            </Text>
          )}
        </AnswerCard>
      </SimpleGrid>
      {isBoth && isAtEdge && (
        <Text size="sm" c="dimmed">
          Asking the edge took {milliseconds((edge.timingsMs.total ?? 0) - (local.timingsMs.total ?? 0))} more
          and {joules(edge.energyJ.value - local.energyJ.value)} more for this one image.
        </Text>
      )}
    </>
  )
}
