// Promoting a router: to a group, at once or by stages with a quality bound. What the gate refuses can be promoted all
// the same, with a reason that is kept.

import { Button, Group, Modal, NumberInput, Select, Stack, Switch, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../app/session.tsx'
import { queries, trpc } from '../app/trpc.ts'
import { Failure } from '../parts/failure.tsx'

/** A tenth first, then half, then all. */
const SHARES = [0.1, 0.5, 1]

export function PromoteForm({ groups }: { readonly groups: readonly string[] }) {
  const { may } = useSession()
  const [isOpen, dialog] = useDisclosure()
  if (!may('rollouts.promote')) return null
  return (
    <>
      <Button onClick={dialog.open} disabled={groups.length === 0}>
        Promote
      </Button>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        title="Promote a router"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Form groups={groups} onDone={dialog.close} />
      </Modal>
    </>
  )
}

function Form({ groups, onDone }: { readonly groups: readonly string[]; readonly onDone: () => void }) {
  const navigate = useNavigate()
  const routers = useQuery(trpc.routers.list.queryOptions({ limit: 100 }))
  const functions = useQuery(trpc.functions.list.queryOptions({ limit: 100 }))
  const [router, setRouter] = useState<string | null>(null)
  const [fn, setFunction] = useState('classify')
  const [group, setGroup] = useState(groups[0] ?? 'default')
  const [isStaged, setStaged] = useState(false)
  const [fallbackMax, setFallbackMax] = useState(5)
  const [override, setOverride] = useState('')
  const chosen = router ?? (routers.data?.items[0] ? String(routers.data.items[0].version) : null)
  const promote = useMutation(
    trpc.rollouts.promote.mutationOptions({
      async onSuccess({ rollout }) {
        await queries.invalidateQueries()
        onDone()
        if ('plan' in rollout) await navigate({ to: '/rollouts/$id', params: { id: rollout.id } as never })
      },
    }),
  )
  const submit = () =>
    promote.mutate({
      router: chosen ?? '',
      function: fn,
      group,
      ...(override.trim() === '' ? {} : { override: override.trim() }),
      ...(isStaged
        ? {
            stages: SHARES.map((share) => ({ share, soakS: 60 })),
            quality: { fallbackShareMax: fallbackMax / 100 },
          }
        : {}),
    })
  return (
    <Stack>
      <Select
        label="Router"
        data={(routers.data?.items ?? []).map(({ version, kind, evaluation }) => ({
          value: String(version),
          label: `${version} · ${kind}${evaluation.verdict.beatsChance ? '' : ' · no better than lots'}`,
        }))}
        value={chosen}
        onChange={setRouter}
        allowDeselect={false}
      />
      <Select
        label="Function"
        data={[...new Set((functions.data?.items ?? []).map(({ name }) => name))]}
        value={fn}
        onChange={(value) => value !== null && setFunction(value)}
        allowDeselect={false}
      />
      <Select
        label="Group"
        data={[...groups]}
        value={group}
        onChange={(value) => value !== null && setGroup(value)}
        allowDeselect={false}
      />
      <Switch
        label="By stages: 10 %, 50 %, all; each watched for a minute"
        checked={isStaged}
        onChange={(e) => setStaged(e.currentTarget.checked)}
      />
      {isStaged && (
        <NumberInput
          label="Send it back above this share of fallback answers, %"
          min={0}
          max={100}
          value={fallbackMax}
          onChange={(value) => typeof value === 'number' && setFallbackMax(value)}
        />
      )}
      {promote.isError && <Failure error={promote.error} />}
      {promote.isError && (
        <Textarea
          label="Promote it all the same, because"
          description="Only where the gate refuses it. Kept with the rollout."
          value={override}
          onChange={(e) => setOverride(e.currentTarget.value)}
        />
      )}
      <Group justify="flex-end">
        <Button loading={promote.isPending} disabled={chosen === null} onClick={submit}>
          Promote
        </Button>
      </Group>
    </Stack>
  )
}
