// What a model is, apart from how it fares: its make, how pixels become its input, and its bytes.

import { Card, Code, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { PRESETS, presetOf } from '#admin/client/zoo/presets.ts'
import type { ModelContract } from '#contract/model.ts'
import { trpc } from '../app/trpc.ts'
import { bytes, percent, whole } from '../parts/format.ts'
import { When } from '../parts/when.tsx'
import type { Model } from './compared-models.tsx'

export function ModelCard({ model }: { readonly model: Model }) {
  const { family, contract, fileDigest, createdAt, params, layers } = model
  const file = useQuery(trpc.artifacts.get.queryOptions({ digest: fileDigest }))
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Card withBorder>
        <Title order={2} size="h4" mb="xs">
          Model card
        </Title>
        <Facts
          facts={[
            ['Family', family],
            ['Parameters', params === null ? 'not told' : whole(params)],
            ['Layers', layers === null ? 'not told' : String(layers)],
            ['File', file.data ? bytes(file.data.sizeBytes) : '…'],
            ['Registered', <When key="at" at={createdAt} />],
          ]}
        />
        <Text size="xs" c="dimmed" mt="xs" style={{ overflowWrap: 'anywhere' }}>
          {fileDigest}
        </Text>
      </Card>
      <Card withBorder>
        <Title order={2} size="h4" mb="xs">
          How it is fed
        </Title>
        <Facts facts={feedingOf(contract)} />
      </Card>
    </SimpleGrid>
  )
}

function feedingOf({ input, output }: ModelContract): Fact[] {
  const preset = presetOf(input)
  const { width, height, dtype, layout, crop, shortSide, resize, channels, mean, std } = input
  return [
    [
      'Input',
      `${width} × ${height}, ${dtype}, ${layout.toUpperCase()}${channels === 'bgr' ? ', blue first' : ''}`,
    ],
    [
      'Part of the image',
      shortSide === undefined
        ? crop === 1
          ? 'all of it'
          : `the central ${percent(crop)} of each side`
        : `the middle, the short side scaled to ${shortSide} pixels`,
    ],
    ['Scaled', resize],
    ['Mean of R, G, B', mean.join(', ')],
    ['Divided by', std.join(', ')],
    ...(preset ? [['As', PRESETS[preset].summary] as const] : []),
    [
      'Answers',
      <>
        {output.kind} as <Code>{output.name}</Code>
      </>,
    ],
  ]
}

type Fact = readonly [name: string, value: React.ReactNode]

function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <Stack component="dl" gap={4} m={0}>
      {facts.map(([name, value]) => (
        <SimpleGrid key={name} cols={2} spacing="xs">
          <Text component="dt" size="sm" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" m={0} ta="right">
            {value}
          </Text>
        </SimpleGrid>
      ))}
    </Stack>
  )
}
