// Whether what is shown moves by itself just now, in words.

import { Badge } from '@mantine/core'
import type { LiveState } from './use-live.ts'

const SAID: Readonly<Record<LiveState, readonly [string, string]>> = {
  live: ['live', 'teal'],
  connecting: ['connecting …', 'gray'],
  reconnecting: ['reconnecting …', 'yellow'],
  paused: ['paused', 'gray'],
  refused: ['not live', 'orange'],
  off: ['not live', 'gray'],
}

export function LiveBadge({ state }: { readonly state: LiveState }) {
  const [words, colour] = SAID[state]
  return (
    <Badge variant="dot" color={colour} tt="none" role="status" aria-live="polite">
      {words}
    </Badge>
  )
}
