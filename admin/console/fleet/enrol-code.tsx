// What to type on the device, while the code is good: it counts down, and says what to do when it has run out.

import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core'
import { useInterval } from '@mantine/hooks'
import { useState } from 'react'

interface CodeProps {
  readonly name: string
  readonly code: string
  readonly expiresAt: string
  readonly tier: 'local' | 'edge'
  readonly onAnother: () => void
}

export function EnrolCode({ name, code, expiresAt, tier, onAnother }: CodeProps) {
  const leftS = useSecondsUntil(expiresAt)
  const lines = `TANDEM_CONTROL_URL=${location.origin} TANDEM_ENROL_CODE=${code} npm run ${tier === 'local' ? 'pi' : 'tx2'}`
  if (leftS <= 0)
    return (
      <Alert color="yellow" variant="light" title="The code has run out">
        <Text size="sm">No device came in with it in time.</Text>
        <Button mt="sm" size="xs" onClick={onAnother}>
          Make another
        </Button>
      </Alert>
    )
  return (
    <Stack>
      <Text size="sm">
        On the device that is to be {name}, in its checkout of Tandem. The code is good once and is not shown
        again.
      </Text>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {lines}
      </Code>
      <Group justify="space-between">
        <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums' }} c={leftS < 60 ? 'orange' : 'dimmed'}>
          Good for {Math.floor(leftS / 60)}:{String(leftS % 60).padStart(2, '0')} more
        </Text>
        <CopyButton value={lines}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy the command'}</Button>}
        </CopyButton>
      </Group>
      <Text size="xs" c="dimmed">
        It shows up in the list as soon as it has come in. How to install it for good: docs/install.md.
      </Text>
    </Stack>
  )
}

function useSecondsUntil(at: string): number {
  const left = () => Math.max(0, Math.floor((Date.parse(at) - Date.now()) / 1_000))
  const [seconds, setSeconds] = useState(left)
  useInterval(() => setSeconds(left()), 1_000, { autoInvoke: true })
  return seconds
}
