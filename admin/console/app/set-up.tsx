// The ways in by a one-time code: the first user of an empty installation, and whoever an admin gave a code to.

import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { Failure } from '../parts/failure.tsx'
import { signIn } from './auth-calls.ts'
import { NewPassword } from './new-password.tsx'
import { client, queries } from './trpc.ts'

interface SetUpProps {
  readonly isFirst: boolean
  readonly onBack: () => void
}

export function SetUp({ isFirst, onBack }: SetUpProps) {
  const [code, setCode] = useState('')
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      if (isFirst) await client.session.setUp.mutate({ code, username, password })
      else await client.session.redeem.mutate({ code, password })
      if (isFirst) await signIn(username.trim().toLowerCase(), password)
      await queries.invalidateQueries()
      if (!isFirst) onBack()
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm" c="dimmed">
          {isFirst
            ? 'Nobody has been let in yet. The code is in the file set-up.code in the control plane’s home folder.'
            : 'An admin gave you the code. Then sign in with your new password.'}
        </Text>
        <TextInput
          label="One-time code"
          required
          value={code}
          onChange={(e) => setCode(e.currentTarget.value)}
          autoFocus
        />
        {isFirst && (
          <TextInput
            label="User name"
            autoComplete="username"
            required
            value={username}
            onChange={(e) => setUsername(e.currentTarget.value)}
          />
        )}
        <NewPassword value={password} onChange={setPassword} />
        {error !== undefined && <Failure error={error} />}
        <Button type="submit" loading={isBusy}>
          {isFirst ? 'Make the first user' : 'Set the password'}
        </Button>
        <Anchor component="button" type="button" size="sm" onClick={onBack}>
          Back to the sign-in
        </Anchor>
      </Stack>
    </form>
  )
}
