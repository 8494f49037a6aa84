// A link in a row of a table, in the size of its text.

import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'

interface RowLinkProps {
  readonly to: string
  readonly label: string
  readonly params?: Readonly<Record<string, string>>
  readonly search?: Readonly<Record<string, unknown>>
  /** On a coloured ground: in its colour, underlined. */
  readonly isPlain?: boolean
}

export const RowLink = ({ to, label, params, search, isPlain = false }: RowLinkProps) => (
  <Anchor
    component={Link}
    inherit
    {...(isPlain ? { c: 'inherit', underline: 'always' as const } : {})}
    to={to}
    params={params as never}
    search={search as never}
  >
    {label}
  </Anchor>
)
