// How the two models' answers overlap, as one bar: what any router between them can reach is bounded by it.

import { Card, Progress, Text, Title } from '@mantine/core'
import type { PairShares as Shares } from '#contract/results/selection.ts'
import { percent, whole } from '../parts/format.ts'

const PARTS = [
  ['bothRight', 'both right', 'gray.7'],
  ['onlyEdgeRight', 'only the edge right', 'cyan.9'],
  ['onlyLocalRight', 'only the local right', 'orange.9'],
  ['bothWrong', 'both wrong', 'red.9'],
] as const

export function PairShares({ shares, images }: { readonly shares: Shares; readonly images: number }) {
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        Where their answers differ
      </Title>
      <Progress.Root
        size={28}
        aria-label={PARTS.map(([key, name]) => `${name} ${percent(shares[key])}`).join(', ')}
        role="img"
      >
        {PARTS.map(([key, name, color]) => (
          <Progress.Section
            key={key}
            value={shares[key] * 100}
            color={color}
            withAria={false}
            title={`${name}: ${percent(shares[key])}`}
          >
            <Progress.Label>{shares[key] > 0.08 ? percent(shares[key], 0) : ''}</Progress.Label>
          </Progress.Section>
        ))}
      </Progress.Root>
      <Text size="sm" mt="xs">
        {PARTS.map(([key, name]) => `${name} ${percent(shares[key])}`).join(' · ')}, of {whole(images)}{' '}
        images. A perfect router sends the {percent(shares.onlyEdgeRight)} that only the edge gets right, and
        no others.
      </Text>
    </Card>
  )
}
