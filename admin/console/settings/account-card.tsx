// One's own account: who one is, and a new password, which ends all other sessions.

import { Button, Card, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { PASSWORD_MIN } from '#contract/api/access.ts'
import { changePassword } from '../app/auth-calls.ts'
import { useSession } from '../app/session.tsx'
import { Failure } from '../parts/failure.tsx'

export function AccountCard() {
  const { name, role } = useSession()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess() {
      setCurrent('')
      setNext('')
      notifications.show({ message: 'The password is changed, and all other sessions have ended.' })
    },
  })
  return (
    <Card withBorder maw={480}>
      <Title order={2} size="h4">
        {name}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        Role {role}
      </Text>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        <Stack>
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(e) => setCurrent(e.currentTarget.value)}
          />
          <PasswordInput
            label="New password"
            description={`At least ${PASSWORD_MIN} characters.`}
            autoComplete="new-password"
            required
            minLength={PASSWORD_MIN}
            value={next}
            onChange={(e) => setNext(e.currentTarget.value)}
          />
          {change.isError && <Failure error={change.error} />}
          <Button type="submit" loading={change.isPending}>
            Change the password
          </Button>
        </Stack>
      </form>
    </Card>
  )
}
