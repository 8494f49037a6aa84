// What a step changed: each field that is different, before and after; of a step that changed nothing, what was asked.

import { Code, Spoiler, Text } from '@mantine/core'
import type { Answers } from '../app/trpc.ts'

type Entry = Answers['audit']['list']['items'][number]

interface Change {
  readonly field: string
  readonly before: string | undefined
  readonly after: string | undefined
}

const FOLDED_PX = 92

export function ChangeCell({ entry }: { readonly entry: Entry }) {
  const { subject, before, after, input } = entry
  const changes = changesOf(before, after)
  if (subject === null && input === null) return '–'
  return (
    <Spoiler maxHeight={FOLDED_PX} showLabel="Show all" hideLabel="Show less" maw={460}>
      {subject !== null && (
        <Text size="sm" fw={650}>
          {subject}
        </Text>
      )}
      {changes.map(({ field, before: was, after: is }) => (
        <Text key={field} size="xs" style={{ overflowWrap: 'anywhere' }}>
          {field}:{' '}
          {was !== undefined && (
            <Text span inherit td="line-through" c="dimmed">
              {was}
            </Text>
          )}{' '}
          {is ?? 'nothing'}
        </Text>
      ))}
      {changes.length === 0 && input !== null && (
        <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{JSON.stringify(input)}</Code>
      )}
    </Spoiler>
  )
}

function changesOf(before: unknown, after: unknown): Change[] {
  const fields = (value: unknown) =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const [was, is] = [fields(before), fields(after)]
  const said = (value: unknown) =>
    value === undefined || value === null
      ? undefined
      : typeof value === 'string'
        ? value
        : JSON.stringify(value)
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((field) => ({ field, before: said(was[field]), after: said(is[field]) }))
    .filter(({ before: a, after: b }) => a !== b)
}
