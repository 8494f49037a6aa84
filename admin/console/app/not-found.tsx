// An address that no page has.

import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { EmptyState } from '../parts/empty-state.tsx'
import { Page } from '../parts/page.tsx'

export function NotFound() {
  return (
    <Page title="Not found">
      <EmptyState
        title="There is no such page"
        action={
          <Anchor component={Link} to="/">
            Go to the overview
          </Anchor>
        }
      >
        The address may be mistyped, or what it named is gone.
      </EmptyState>
    </Page>
  )
}
