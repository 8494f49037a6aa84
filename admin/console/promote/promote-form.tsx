// Promoting a router: to a group, at once or by stages with quality bounds. What the gate refuses can be promoted all the
// same, with a reason that is kept. Whoever promotes again after a failure finds what was asked for then.

import { Button, Group, Modal, SegmentedControl, Select, Stack, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../app/session.tsx'
import { queries, trpc } from '../app/trpc.ts'
import { Failure } from '../parts/failure.tsx'
import { FIRST_PLAN, faultOf, type PlanDraft, planOf } from './plan-draft.ts'
import { PlanFields } from './plan-fields.tsx'

interface Before {
  readonly router: number
  readonly function: string
  readonly group: string
  readonly plan: PlanDraft
}

interface FormProps {
  readonly groups: readonly string[]
  readonly before?: Before
}

export function PromoteForm(props: FormProps) {
  const { may } = useSession()
  const [isOpen, dialog] = useDisclosure()
  if (!may('rollouts.promote')) return null
  return (
    <>
      <Button onClick={dialog.open} disabled={props.groups.length === 0}>
        {props.before ? 'Promote again' : 'Promote'}
      </Button>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        title="Promote a router"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Form {...props} onDone={dialog.close} />
      </Modal>
    </>
  )
}

function Form({ groups, before, onDone }: FormProps & { readonly onDone: () => void }) {
  const routers = useQuery(trpc.routers.list.queryOptions({ limit: 100 }))
  const functions = useQuery(trpc.functions.list.queryOptions({ limit: 100 }))
  const [router, setRouter] = useState<string | null>(before ? String(before.router) : null)
  const [fn, setFunction] = useState(before?.function ?? 'classify')
  const [group, setGroup] = useState(before?.group ?? groups[0] ?? 'default')
  const [plan, setPlan] = useState(before?.plan ?? FIRST_PLAN)
  const [isStaged, setStaged] = useState(before !== undefined)
  const [override, setOverride] = useState('')
  const chosen = router ?? (routers.data?.items[0] ? String(routers.data.items[0].version) : null)
  const promote = usePromote(onDone)
  const submit = () =>
    promote.mutate({
      ...{ router: chosen ?? '', function: fn, group },
      ...(override.trim() === '' ? {} : { override: override.trim() }),
      ...(isStaged ? planOf(plan) : {}),
    })
  return (
    <Stack>
      <Select
        label="Router"
        searchable
        data={(routers.data?.items ?? []).map(({ version, kind, evaluation }) => ({
          value: String(version),
          label: `${version} · ${kind}${evaluation.verdict.beatsChance ? '' : ' · no better than lots'}`,
        }))}
        value={chosen}
        onChange={setRouter}
        allowDeselect={false}
      />
      <Group grow align="flex-start">
        <Choice
          label="Function"
          data={[...new Set([fn, ...(functions.data?.items ?? []).map(({ name }) => name)])]}
          value={fn}
          onChange={setFunction}
        />
        <Choice label="Group" data={groups} value={group} onChange={setGroup} />
      </Group>
      <SegmentedControl
        aria-label="How"
        value={isStaged ? 'staged' : 'once'}
        onChange={(how) => setStaged(how === 'staged')}
        data={[
          { value: 'once', label: 'All at once' },
          { value: 'staged', label: 'By stages' },
        ]}
      />
      {isStaged && <PlanFields draft={plan} onChange={setPlan} />}
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
        <Button
          loading={promote.isPending}
          disabled={chosen === null || (isStaged && faultOf(plan) !== undefined)}
          onClick={submit}
        >
          Promote
        </Button>
      </Group>
    </Stack>
  )
}

/** Then to where it can be watched. */
function usePromote(onDone: () => void) {
  const navigate = useNavigate()
  return useMutation(
    trpc.rollouts.promote.mutationOptions({
      async onSuccess({ rollout }) {
        await queries.invalidateQueries()
        onDone()
        if ('plan' in rollout) await navigate({ to: '/rollouts/$id', params: { id: rollout.id } as never })
      },
    }),
  )
}

interface ChoiceProps {
  readonly label: string
  readonly data: readonly string[]
  readonly value: string
  readonly onChange: (value: string) => void
}

const Choice = ({ label, data, value, onChange }: ChoiceProps) => (
  <Select
    label={label}
    searchable
    data={[...data]}
    limit={50}
    value={value}
    onChange={(to) => to !== null && onChange(to)}
    allowDeselect={false}
  />
)
