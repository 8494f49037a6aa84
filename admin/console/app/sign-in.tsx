// The door: name and password, a second factor where the user has one, and the one-time code of an empty installation
// or of an admin.

import { Anchor, Button, Card, Center, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { type FormEvent, useState } from 'react'
import { Failure } from '../parts/failure.tsx'
import { giveBackupCode, giveCode, signIn } from './auth-calls.ts'
import { SetUp } from './set-up.tsx'

type Step = 'password' | 'code' | 'set-up'

export function SignIn({ needsSetUp }: { readonly needsSetUp: boolean }) {
  useDocumentTitle('Sign in · Tandem')
  const [step, setStep] = useState<Step>(needsSetUp ? 'set-up' : 'password')
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder w={380} maw="100%" padding="lg">
        <Title order={1} size="h3" mb="xs">
          Tandem
        </Title>
        {step === 'password' && (
          <PasswordForm onCode={() => setStep('code')} onSetUp={() => setStep('set-up')} />
        )}
        {step === 'code' && <CodeForm />}
        {step === 'set-up' && <SetUp isFirst={needsSetUp} onBack={() => setStep('password')} />}
      </Card>
    </Center>
  )
}

function useForm(act: () => Promise<unknown>) {
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    await act().catch(setError)
    setBusy(false)
  }
  return { isBusy, error, submit }
}

function PasswordForm({ onCode, onSetUp }: { readonly onCode: () => void; readonly onSetUp: () => void }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const form = useForm(async () => (await signIn(name.trim(), password)) === 'code' && onCode())
  return (
    <form onSubmit={form.submit}>
      <Stack>
        <TextInput
          label="User name or e-mail"
          autoComplete="username"
          required
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
          autoFocus
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
        />
        {form.error !== undefined && <Failure error={form.error} />}
        <Button type="submit" loading={form.isBusy}>
          Sign in
        </Button>
        <Text size="sm" c="dimmed">
          Got a code?{' '}
          <Anchor component="button" type="button" onClick={onSetUp}>
            Set a password with it
          </Anchor>
        </Text>
      </Stack>
    </form>
  )
}

/** A code of the authenticator, or one of those that were kept for the day when it is lost. */
function CodeForm() {
  const [isBackup, setBackup] = useState(false)
  const [code, setCode] = useState('')
  const form = useForm(() => (isBackup ? giveBackupCode(code.trim()) : giveCode(code.trim())))
  return (
    <form onSubmit={form.submit}>
      <Stack>
        <TextInput
          label={isBackup ? 'Recovery code' : 'Code of your authenticator'}
          inputMode={isBackup ? 'text' : 'numeric'}
          autoComplete="one-time-code"
          required
          value={code}
          onChange={(e) => setCode(e.currentTarget.value)}
          autoFocus
        />
        {form.error !== undefined && <Failure error={form.error} />}
        <Button type="submit" loading={form.isBusy}>
          Continue
        </Button>
        <Anchor component="button" type="button" size="sm" onClick={() => setBackup(!isBackup)}>
          {isBackup ? 'Use the authenticator' : 'Lost it? Use a recovery code'}
        </Anchor>
      </Stack>
    </form>
  )
}
