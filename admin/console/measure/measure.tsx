// The button that asks devices to measure.

import { lazy } from 'react'
import { AddressDialog } from '../dialogs/address-dialog.tsx'

const MeasureForm = lazy(async () => ({ default: (await import('./measure-form.tsx')).MeasureForm }))

export function Measure({ model }: { readonly model?: string }) {
  return (
    <AddressDialog name="measure" label="Measure" title="Measure on devices" variant="default">
      {(close) => <MeasureForm onDone={close} {...(model === undefined ? {} : { model })} />}
    </AddressDialog>
  )
}
