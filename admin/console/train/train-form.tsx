// Training a router: for which pair, by what, and how many images it may send. It takes seconds to a minute; the result
// tells by itself whether it helps.

import { Button, Group, NumberInput, Select, Stack } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import type { ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { queries, trpc } from '../app/trpc.ts'
import { useCallKey } from '../dialogs/use-call-key.ts'
import { Failure } from '../parts/failure.tsx'
import { ago } from '../parts/format.ts'
import { pairInWords } from '../select/pair-names.ts'
import { KINDS_IN_WORDS } from './router-kinds.ts'
import { type Work, WorkProgress } from './work-progress.tsx'

type By = ThresholdPolicy['by']

/** The words of each policy, its unit in percent or joules, and where it starts. */
const POLICIES: Readonly<Record<By, { words: string; field: string; first: number }>> = {
  offload: { words: 'send a share of the images', field: 'Images to send, %', first: 30 },
  accuracy: {
    words: 'reach a top-1, sending as little as possible',
    field: 'Top-1 of the pair, %',
    first: 90,
  },
  energy: { words: 'keep an energy budget', field: 'Energy of an image at the device, mJ', first: 50 },
  guarantee: {
    words: 'bound the mistakes that stay, with 95 % confidence',
    field: 'Kept images that are wrong where the edge is right, at most %',
    first: 5,
  },
}

const policyOf = (by: By, value: number): ThresholdPolicy => {
  switch (by) {
    case 'energy':
      return { by, budgetJ: value / 1_000 }
    case 'guarantee':
      return { by, alpha: value / 100, delta: 0.05 }
    default:
      return { by, target: value / 100 }
  }
}

const READS_FEATURES: readonly RouterKind[] = ['forest', 'hybrid', 'two-stage']

export function TrainForm({ onDone }: { readonly onDone: () => void }) {
  const keyed = useCallKey()
  const [kind, setKind] = useState<RouterKind>('confidence')
  const [by, setBy] = useState<By>('offload')
  const [value, setValue] = useState<number>()
  const [choice, setChoice] = useState<'paper' | 'nested'>('paper')
  const [selection, setSelection] = useState<string | null>(null)
  const navigate = useNavigate()
  const train = useMutation(trpc.routers.train.mutationOptions())
  const finish = useCallback(
    async ({ result }: Work) => {
      await queries.invalidateQueries()
      const version = (result as { version?: number } | null)?.version
      if (version === undefined) onDone()
      else await navigate({ to: '/routers/$version', params: { version: String(version) } as never })
    },
    [navigate, onDone],
  )
  if (train.data) return <WorkProgress id={train.data.id} onDone={finish} />
  const { field, first } = POLICIES[by]
  const given = value ?? first
  const submit = () =>
    train.mutate(
      keyed({
        kind,
        policy: policyOf(by, given),
        featureChoice: choice,
        ...(selection === null ? {} : { selection }),
      }),
    )
  return (
    <Stack>
      <SelectionChoice value={selection} onChange={setSelection} />
      <Select
        label="It decides by"
        data={(Object.keys(KINDS_IN_WORDS) as RouterKind[]).map((one) => ({
          value: one,
          label: `${one}: ${KINDS_IN_WORDS[one]}`,
        }))}
        value={kind}
        onChange={(chosen) => chosen !== null && setKind(RouterKind.parse(chosen))}
        allowDeselect={false}
      />
      {READS_FEATURES.includes(kind) && (
        <Select
          label="Features"
          data={[
            { value: 'paper', label: 'the paper’s seven' },
            { value: 'nested', label: 'chosen anew, inside the folds (slower)' },
          ]}
          value={choice}
          onChange={(chosen) => chosen !== null && setChoice(chosen as typeof choice)}
          allowDeselect={false}
        />
      )}
      <Select
        label="Its threshold is to"
        data={(Object.keys(POLICIES) as By[]).map((one) => ({ value: one, label: POLICIES[one].words }))}
        value={by}
        onChange={(chosen) => {
          if (chosen === null) return
          setBy(chosen as By)
          setValue(undefined)
        }}
        allowDeselect={false}
      />
      <NumberInput
        label={field}
        min={by === 'energy' ? 0.001 : 1}
        {...(by === 'energy' ? {} : { max: 99 })}
        value={given}
        onChange={(said) => typeof said === 'number' && setValue(said)}
      />
      {train.isError && <Failure error={train.error} />}
      <Group justify="flex-end">
        <Button loading={train.isPending} onClick={submit}>
          Train
        </Button>
      </Group>
    </Stack>
  )
}

interface ChoiceProps {
  readonly value: string | null
  readonly onChange: (id: string | null) => void
}

function SelectionChoice({ value, onChange }: ChoiceProps) {
  const selections = useQuery(trpc.selections.list.queryOptions({ limit: 50 }))
  const [newest] = selections.data?.items ?? []
  return (
    <Select
      label="Pair"
      data={(selections.data?.items ?? []).map(({ id, createdAt, result }) => ({
        value: id,
        label: `${pairInWords(result)}, selected ${ago(createdAt)}`,
        // What has no pair can have no router.
        disabled: !result.ok,
      }))}
      value={value ?? newest?.id ?? null}
      onChange={onChange}
      allowDeselect={false}
      error={selections.data && !newest && 'Nothing was selected yet: select a pair first.'}
    />
  )
}
