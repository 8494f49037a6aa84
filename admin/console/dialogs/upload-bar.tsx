// How far an upload is, in bytes and by its step, with the way to end it.

import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { bytes } from '../parts/format.ts'
import type { Sent } from '../upload/send-files.ts'

interface BarProps {
  readonly sent: Sent
  readonly onCancel: () => void
}

const STEPS: Readonly<Record<Sent['step'], string>> = { reading: 'Reading', sending: 'Uploading' }

export function UploadBar({ sent: { step, doneBytes, totalBytes }, onCancel }: BarProps) {
  const share = totalBytes === 0 ? 0 : doneBytes / totalBytes
  const words = `${STEPS[step]}: ${bytes(doneBytes)} of ${bytes(totalBytes)}`
  return (
    <Stack gap={4}>
      <Progress value={share * 100} animated aria-label={words} />
      <Group justify="space-between">
        <Text size="sm" role="status">
          {words}
        </Text>
        <Button variant="default" size="xs" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </Stack>
  )
}
