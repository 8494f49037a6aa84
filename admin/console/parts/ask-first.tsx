// A button for what cannot be taken back: it says what will happen and asks; while it happens it cannot be pressed
// again, and what goes wrong is told in the dialog.

import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { Failure } from './failure.tsx'

interface AskProps {
  readonly label: string
  readonly title: string
  readonly consequence: string
  /** With a reason, where `needsReason`. */
  readonly act: (reason: string | undefined) => Promise<unknown>
  readonly needsReason?: boolean
  readonly color?: string
  readonly isDisabled?: boolean
  /** Of the button. */
  readonly size?: string
}

export function AskFirst({
  label,
  title,
  consequence,
  act,
  needsReason = false,
  color = 'red',
  isDisabled = false,
  size = 'sm',
}: AskProps) {
  const [isOpen, dialog] = useDisclosure()
  const [reason, setReason] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const go = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await act(reason.trim() || undefined)
      dialog.close()
      setReason('')
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button variant="light" color={color} size={size} onClick={dialog.open} disabled={isDisabled}>
        {label}
      </Button>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        title={title}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack>
          <Text size="sm">{consequence}</Text>
          {needsReason && (
            <Textarea
              label="Reason"
              description="Kept with this step, for whoever asks later."
              value={reason}
              onChange={(e) => setReason(e.currentTarget.value)}
              data-autofocus
            />
          )}
          {error !== undefined && <Failure error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              Cancel
            </Button>
            <Button
              color={color}
              loading={isBusy}
              disabled={needsReason && reason.trim().length < 3}
              onClick={go}
            >
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
