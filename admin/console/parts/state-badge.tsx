// States in words and colour, never by colour alone.

import { Badge } from '@mantine/core'

const COLOURS: Readonly<Record<string, string>> = {
  serving: 'teal',
  completed: 'teal',
  done: 'teal',
  current: 'teal',
  within: 'teal',
  passed: 'teal',
  active: 'blue',
  running: 'blue',
  installing: 'blue',
  queued: 'gray',
  idle: 'gray',
  enrolled: 'gray',
  superseded: 'gray',
  cancelled: 'gray',
  paused: 'yellow',
  'awaiting-approval': 'yellow',
  'rolled-back': 'orange',
  failed: 'red',
  broken: 'red',
  revoked: 'red',
}

export function StateBadge({ state }: { readonly state: string }) {
  return (
    <Badge variant="light" color={COLOURS[state] ?? 'gray'} tt="none" style={{ flexShrink: 0 }}>
      {state.replace('-', ' ')}
    </Badge>
  )
}
