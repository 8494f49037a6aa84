// Letting a device in: a name, a tier, a group; then a code that is shown once, with what to type on the device.

import { Autocomplete, Button, Group, Modal, SegmentedControl, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { trpc } from '../app/trpc.ts'
import { Failure } from '../parts/failure.tsx'
import { EnrolCode } from './enrol-code.tsx'

type Tier = 'local' | 'edge'

export function Enrol({ groups }: { readonly groups: readonly string[] }) {
  const [isOpen, dialog] = useDisclosure()
  const [name, setName] = useState('')
  const [tier, setTier] = useState<Tier>('local')
  const [group, setGroup] = useState('default')
  const enrolment = useMutation(trpc.devices.createEnrolment.mutationOptions())
  const close = () => {
    dialog.close()
    enrolment.reset()
    setName('')
  }
  return (
    <>
      <Button onClick={dialog.open}>Enrol a device</Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title="Enrol a device"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {enrolment.data ? (
          <EnrolCode
            {...{ name, tier, code: enrolment.data.code, expiresAt: enrolment.data.expiresAt }}
            onAnother={() => enrolment.mutate({ name, tier, group })}
          />
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              enrolment.mutate({ name, tier, group })
            }}
          >
            <Stack>
              <TextInput
                label="Name"
                description='Lower-case letters, digits, ".", "_" or "-".'
                required
                value={name}
                onChange={(e) => setName(e.currentTarget.value)}
                data-autofocus
              />
              <SegmentedControl
                aria-label="Tier"
                value={tier}
                onChange={(value) => setTier(value as Tier)}
                data={[
                  { value: 'local', label: 'Local: light model' },
                  { value: 'edge', label: 'Edge: heavy model' },
                ]}
              />
              <Autocomplete label="Group" data={[...groups]} value={group} onChange={setGroup} required />
              {enrolment.isError && <Failure error={enrolment.error} />}
              <Group justify="flex-end">
                <Button type="submit" loading={enrolment.isPending}>
                  Make a code
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Modal>
    </>
  )
}
