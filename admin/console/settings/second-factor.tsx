// The second factor: an authenticator app reads a picture, and a code of it confirms that it did; recovery codes are shown
// once, for the day when the app is lost. It is asked for at the next sign-in, and can be taken away again.

import { Badge, Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import {
  beginSecondFactor,
  confirmSecondFactor,
  dropSecondFactor,
  hasSecondFactor,
  newBackupCodes,
  type SecondFactor,
} from '../app/auth-calls.ts'
import { OwnPassword } from '../app/new-password.tsx'
import { queries } from '../app/trpc.ts'
import { Failure } from '../parts/failure.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { QrImage } from './qr-image.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'

const KEY = ['second-factor']

export function SecondFactorCard() {
  const isOn = useQuery({ queryKey: KEY, queryFn: hasSecondFactor })
  const [begun, setBegun] = useState<SecondFactor>()
  const [codes, setCodes] = useState<readonly string[]>()
  const done = async () => {
    setCodes(begun?.backupCodes)
    setBegun(undefined)
    await queries.invalidateQueries({ queryKey: KEY })
  }
  return (
    <Card withBorder>
      <Group justify="space-between">
        <Title order={2} size="h4">
          Second factor
        </Title>
        {isOn.data !== undefined && (
          <Badge variant="light" tt="none" color={isOn.data ? 'teal' : 'gray'}>
            {isOn.data ? 'on' : 'off'}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed" mb="md">
        A code of an authenticator app, asked for after the password. Without it a stolen password is enough.
      </Text>
      {codes && <RecoveryCodes codes={codes} />}
      <Loaded query={isOn} rows={2}>
        {(on) =>
          on ? (
            <WhileOn onCodes={setCodes} />
          ) : begun ? (
            <Confirm begun={begun} onDone={done} onCancel={() => setBegun(undefined)} />
          ) : (
            <Begin onBegun={setBegun} />
          )
        }
      </Loaded>
    </Card>
  )
}

interface FormProps {
  readonly act: () => Promise<unknown>
  readonly label: string
  readonly children: ReactNode
  readonly aside?: ReactNode
  readonly color?: string
}

function ActForm({ act, label, children, aside, color }: FormProps) {
  const run = useMutation({ mutationFn: act })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    run.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        {children}
        {run.isError && <Failure error={run.error} />}
        <Group>
          <Button type="submit" loading={run.isPending} {...(color === undefined ? {} : { color })}>
            {label}
          </Button>
          {aside}
        </Group>
      </Stack>
    </form>
  )
}

function Begin({ onBegun }: { readonly onBegun: (begun: SecondFactor) => void }) {
  const [password, setPassword] = useState('')
  return (
    <ActForm label="Set it up" act={async () => onBegun(await beginSecondFactor(password))}>
      <OwnPassword value={password} onChange={setPassword} />
    </ActForm>
  )
}

interface ConfirmProps {
  readonly begun: SecondFactor
  readonly onDone: () => Promise<void>
  readonly onCancel: () => void
}

function Confirm({ begun, onDone, onCancel }: ConfirmProps) {
  const [code, setCode] = useState('')
  const act = async () => {
    await confirmSecondFactor(code.trim())
    await onDone()
  }
  const secret = new URL(begun.totpURI).searchParams.get('secret') ?? ''
  return (
    <ActForm
      label="Turn it on"
      act={act}
      aside={
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      }
    >
      <Text size="sm">1. Let your authenticator app read this, or type the key into it.</Text>
      <QrImage text={begun.totpURI} label="QR code for an authenticator app" />
      <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
        {secret.replace(/(.{4})/g, '$1 ')}
      </Text>
      <TextInput
        label="2. The code that it shows now"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        maw={220}
        value={code}
        onChange={(e) => setCode(e.currentTarget.value)}
      />
    </ActForm>
  )
}

function WhileOn({ onCodes }: { readonly onCodes: (codes: readonly string[] | undefined) => void }) {
  const [password, setPassword] = useState('')
  const drop = useMutation({
    async mutationFn() {
      await dropSecondFactor(password)
      onCodes(undefined)
      setPassword('')
      await queries.invalidateQueries({ queryKey: KEY })
    },
  })
  const renew = async () => {
    onCodes(await newBackupCodes(password))
    setPassword('')
  }
  return (
    <ActForm
      label="Make new recovery codes"
      act={renew}
      aside={
        <Button
          color="red"
          variant="light"
          disabled={password === ''}
          loading={drop.isPending}
          onClick={() => drop.mutate()}
        >
          Turn it off
        </Button>
      }
    >
      <Text size="sm">Both need your password. New recovery codes end those from before.</Text>
      <OwnPassword value={password} onChange={setPassword} />
      {drop.isError && <Failure error={drop.error} />}
    </ActForm>
  )
}
