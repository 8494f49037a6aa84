// A moment as people say it, with the exact one behind it.

import { Text } from '@mantine/core'
import { ago, moment } from './format.ts'

export function When({ at }: { readonly at: string | Date | null | undefined }) {
  if (at === null || at === undefined) return <Text span>never</Text>
  return (
    <Text span title={moment(at)} inherit>
      <time dateTime={new Date(at).toISOString()}>{ago(at)}</time>
    </Text>
  )
}
