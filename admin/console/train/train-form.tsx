// Training a router for a selection. It takes seconds to a minute; the result tells by itself whether it helps.

import { Button, Group, Modal, NumberInput, Select, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { RouterKind } from '#contract/router-kind.ts'
import { useSession } from '../app/session.tsx'
import { queries, trpc } from '../app/trpc.ts'
import { Failure } from '../parts/failure.tsx'
import { WorkProgress } from './work-progress.tsx'

export function TrainForm() {
  const { may } = useSession()
  const [isOpen, dialog] = useDisclosure()
  if (!may('routers.train')) return null
  return (
    <>
      <Button onClick={dialog.open}>Train a router</Button>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        title="Train a router"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Form onDone={dialog.close} />
      </Modal>
    </>
  )
}

function Form({ onDone }: { readonly onDone: () => void }) {
  const [kind, setKind] = useState<string>('confidence')
  const [share, setShare] = useState(30)
  const navigate = useNavigate()
  const train = useMutation(trpc.routers.train.mutationOptions())
  const finish = useCallback(
    async ({ result }: { readonly result: unknown }) => {
      await queries.invalidateQueries()
      onDone()
      const version = (result as { version?: number } | null)?.version
      if (version !== undefined)
        await navigate({ to: '/routers/$version', params: { version: String(version) } as never })
    },
    [navigate, onDone],
  )
  if (train.data) return <WorkProgress id={train.data.id} onDone={finish} />
  return (
    <Stack>
      <Select
        label="Kind"
        description="For the newest selection."
        data={[...RouterKind.options]}
        value={kind}
        onChange={(value) => value !== null && setKind(value)}
        allowDeselect={false}
      />
      <NumberInput
        label="Images to send, %"
        min={1}
        max={99}
        value={share}
        onChange={(value) => typeof value === 'number' && setShare(value)}
      />
      {train.isError && <Failure error={train.error} />}
      <Group justify="flex-end">
        <Button
          loading={train.isPending}
          onClick={() =>
            train.mutate({ kind: RouterKind.parse(kind), policy: { by: 'offload', target: share / 100 } })
          }
        >
          Train
        </Button>
      </Group>
    </Stack>
  )
}
