// One figure with its name, and what it rests on.

import { Card, Text } from '@mantine/core'
import type { ReactNode } from 'react'

interface FigureProps {
  readonly name: string
  readonly value: ReactNode
  /** How sure, since when, of how many. */
  readonly note?: ReactNode
}

export function FigureCard({ name, value, note }: FigureProps) {
  return (
    <Card withBorder padding="md">
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="div" fw={650} fz={26} lh={1.3} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {value}
      </Text>
      {note !== undefined && (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </Card>
  )
}
