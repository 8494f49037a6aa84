// One's own account: who one is, a new password, which ends all other sessions, the second factor, and where one is
// signed in.

import { Button, Card, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { changePassword } from '../app/auth-calls.ts'
import { NewPassword, OwnPassword } from '../app/new-password.tsx'
import { useSession } from '../app/session.tsx'
import { Failure } from '../parts/failure.tsx'
import { OpenSessions } from './open-sessions.tsx'
import { SecondFactorCard } from './second-factor.tsx'

export const AccountCard = () => (
  <Stack>
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <PasswordCard />
      <SecondFactorCard />
    </SimpleGrid>
    <OpenSessions />
  </Stack>
)

function PasswordCard() {
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
    <Card withBorder>
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
          <OwnPassword value={current} onChange={setCurrent} />
          <NewPassword value={next} onChange={setNext} />
          {change.isError && <Failure error={change.error} />}
          <Button type="submit" loading={change.isPending} style={{ alignSelf: 'flex-start' }}>
            Change the password
          </Button>
        </Stack>
      </form>
    </Card>
  )
}
