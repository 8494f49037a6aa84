// A page without data says why, and what makes some.

import { Center, Code, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface EmptyProps {
  readonly title: string
  readonly children: ReactNode
  /** The same by CLI. */
  readonly command?: string
  readonly action?: ReactNode
}

export function EmptyState({ title, children, command, action }: EmptyProps) {
  return (
    <Center py={56}>
      <Stack align="center" gap="sm" maw={520}>
        <Title order={2} size="h4" ta="center">
          {title}
        </Title>
        <Text c="dimmed" ta="center">
          {children}
        </Text>
        {action}
        {command !== undefined && <Code block>{command}</Code>}
      </Stack>
    </Center>
  )
}
