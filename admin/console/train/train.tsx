// The button that trains a router.

import { lazy } from 'react'
import { useSession } from '../app/session.tsx'
import { AddressDialog } from '../dialogs/address-dialog.tsx'

const TrainForm = lazy(async () => ({ default: (await import('./train-form.tsx')).TrainForm }))

export function Train() {
  const { may } = useSession()
  if (!may('routers.train')) return null
  return (
    <AddressDialog name="train" label="Train a router" title="Train a router" size="md">
      {(close) => <TrainForm onDone={close} />}
    </AddressDialog>
  )
}
