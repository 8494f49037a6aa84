// The field of a password that is to be set, with the one rule that there is.

import { PasswordInput } from '@mantine/core'
import { PASSWORD_MIN } from '#contract/password-length.ts'

interface PasswordProps {
  readonly value: string
  readonly onChange: (value: string) => void
}

export const NewPassword = ({ value, onChange }: PasswordProps) => (
  <PasswordInput
    label="New password"
    description={`At least ${PASSWORD_MIN} characters.`}
    autoComplete="new-password"
    required
    minLength={PASSWORD_MIN}
    value={value}
    onChange={(e) => onChange(e.currentTarget.value)}
  />
)

/** One's own, asked for again before something that others should not do at an open screen. */
export const OwnPassword = ({ value, onChange }: PasswordProps) => (
  <PasswordInput
    label="Current password"
    autoComplete="current-password"
    required
    value={value}
    onChange={(e) => onChange(e.currentTarget.value)}
  />
)
