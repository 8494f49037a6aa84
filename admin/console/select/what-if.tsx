// The button that asks what would be selected under other limits.

import { lazy } from 'react'
import type { Expectations } from '#contract/results/expectations.ts'
import { useSession } from '../app/session.tsx'
import { AddressDialog } from '../dialogs/address-dialog.tsx'

const WhatIfForm = lazy(async () => ({ default: (await import('./what-if-form.tsx')).WhatIfForm }))

interface WhatIfProps {
  /** Of the selection that is looked at: where one begins. */
  readonly before: Expectations | undefined
}

export function WhatIf({ before }: WhatIfProps) {
  const { may } = useSession()
  if (!may('selections.create')) return null
  return (
    <AddressDialog name="what-if" label="Select with limits" title="Select a pair">
      {() => <WhatIfForm before={before ?? {}} />}
    </AddressDialog>
  )
}
