// Where the time went, step by step, as one bar and in words.

import { Group, Progress, Text } from '@mantine/core'
import { milliseconds } from '../parts/format.ts'

const STEPS: Readonly<Record<string, readonly [string, string]>> = {
  features: ['image features', 'orange.8'],
  local: ['local model', 'cyan.9'],
  edge: ['edge, with the way there and back', 'grape.8'],
}
const REST = ['decoding and the rest', 'gray.6'] as const

export function TimeBar({ timingsMs }: { readonly timingsMs: Readonly<Record<string, number>> }) {
  const { total = 0, ...steps } = timingsMs
  const parts = Object.entries(steps).map(([step, ms]) => {
    const [name, colour] = STEPS[step] ?? [step, 'teal.8']
    return { name, colour, ms }
  })
  // What ran beside another step leaves no rest.
  const restMs = total - parts.reduce((sum, { ms }) => sum + ms, 0)
  if (restMs > 0) parts.push({ name: REST[0], colour: REST[1], ms: restMs })
  const wholeMs = Math.max(
    parts.reduce((sum, { ms }) => sum + ms, 0),
    Number.MIN_VALUE,
  )
  const words = parts.map(({ name, ms }) => `${name} ${milliseconds(ms)}`).join(', ')
  return (
    <div>
      <Text size="sm" fw={600}>
        Where the {milliseconds(total)} went
      </Text>
      <Progress.Root size={14} role="img" aria-label={words} my={4}>
        {parts.map(({ name, colour, ms }) => (
          <Progress.Section key={name} value={(ms / wholeMs) * 100} color={colour} withAria={false} />
        ))}
      </Progress.Root>
      <Group gap="md">
        {parts.map(({ name, colour, ms }) => (
          <Group key={name} gap={6}>
            <span
              className="swatch"
              style={{ background: `var(--mantine-color-${colour.replace('.', '-')})` }}
            />
            <Text size="xs">
              {name} {milliseconds(ms)}
            </Text>
          </Group>
        ))}
      </Group>
    </div>
  )
}
