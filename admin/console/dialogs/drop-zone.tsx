// A place to drop files on, with a button for whoever does not drop: also by keyboard, and on a phone.

import { Box, Button, Stack, Text } from '@mantine/core'
import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import { chosenFiles, droppedFiles } from '../upload/dropped-files.ts'
import type { NamedFile } from '../upload/send-files.ts'

interface DropProps {
  readonly label: string
  readonly button: string
  readonly hint: ReactNode
  readonly onFiles: (files: NamedFile[]) => void
  readonly accept?: string
  readonly isFolder?: boolean
  readonly isDisabled?: boolean
}

export function DropZone({ label, button, hint, onFiles, accept, isFolder, isDisabled }: DropProps) {
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    if (!isDisabled) void droppedFiles(event.dataTransfer).then(onFiles)
  }
  return (
    <Box
      className="drop-zone"
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label={label}
        accept={accept}
        {...(isFolder ? { webkitdirectory: '' } : {})}
        onChange={(event) => {
          onFiles(chosenFiles(event.currentTarget.files))
          // So that the same file can be chosen again once it was mended.
          event.currentTarget.value = ''
        }}
      />
      <Stack gap={6} align="center">
        <Button variant="default" disabled={isDisabled ?? false} onClick={() => input.current?.click()}>
          {button}
        </Button>
        <Text size="sm" c="dimmed" ta="center" component="div">
          {hint}
        </Text>
      </Stack>
    </Box>
  )
}
