// A dialog that is part of the address: the back button closes it, and a link opens it. What is in it is loaded when it is
// opened first.

import { Button, Loader, Modal } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, Suspense } from 'react'

interface DialogProps {
  /** In the address. */
  readonly name: string
  readonly label: string
  readonly title: string
  readonly size?: string
  readonly variant?: string
  readonly children: (close: () => void) => ReactNode
}

export function AddressDialog({
  name,
  label,
  title,
  size = 'lg',
  variant = 'filled',
  children,
}: DialogProps) {
  const { isOpen, open, close } = useAddressDialog(name)
  return (
    <>
      <Button variant={variant} onClick={open}>
        {label}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={title}
        size={size}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Suspense fallback={<Loader aria-label="Loading" />}>{isOpen && children(close)}</Suspense>
      </Modal>
    </>
  )
}

export function useAddressDialog(name: string) {
  const navigate = useNavigate()
  const { dialog } = useSearch({ strict: false }) as { dialog?: string }
  const go = (to: string | undefined) =>
    void navigate({
      to: '.',
      search: ((now: object) => ({ ...now, dialog: to })) as never,
      replace: to === undefined,
    })
  return { isOpen: dialog === name, open: () => go(name), close: () => go(undefined) }
}
