// A selection with limits and weights of one's own. It is kept like any other, so that it can be trained for.

import { Button, Group, Modal, NumberInput, Select, SimpleGrid, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Expectations } from '#contract/results/expectations.ts'
import { useSession } from '../app/session.tsx'
import { queries, trpc } from '../app/trpc.ts'
import { Failure } from '../parts/failure.tsx'

type Limit = Exclude<keyof Expectations, 'weights'>

const LIMITS: readonly (readonly [Limit, string, number])[] = [
  ['accuracyMin', 'Top-1 of the local model, at least (%)', 0.01],
  ['localLatencyMaxMs', 'Local latency, at most (ms)', 1],
  ['edgeLatencyMaxMs', 'Edge latency, at most (ms)', 1],
  ['localEnergyMaxJ', 'Local energy of an image, at most (mJ)', 0.001],
  ['memoryMaxBytes', 'Memory of the local model, at most (MB)', 1e6],
  ['sizeMaxBytes', 'File of the local model, at most (MB)', 1e6],
]
const WEIGHTS = ['latency', 'accuracy', 'energy'] as const

export function WhatIf() {
  const { may } = useSession()
  const [isOpen, dialog] = useDisclosure()
  if (!may('selections.create')) return null
  return (
    <>
      <Button onClick={dialog.open}>Select with limits</Button>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        title="Select a pair"
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Form onDone={dialog.close} />
      </Modal>
    </>
  )
}

function Form({ onDone }: { readonly onDone: () => void }) {
  const navigate = useNavigate()
  const datasets = useQuery(trpc.datasets.list.queryOptions({ limit: 1_000 }))
  const [dataset, setDataset] = useState<string | null>(null)
  const [given, setGiven] = useState<Readonly<Record<string, number | ''>>>({})
  const select = useMutation(
    trpc.selections.create.mutationOptions({
      async onSuccess({ id }) {
        await queries.invalidateQueries()
        onDone()
        await navigate({ to: '/selection', search: { id } as never })
      },
    }),
  )
  const numberOf = (key: string) => (typeof given[key] === 'number' ? given[key] : undefined)
  const field = (key: string, label: string) => (
    <NumberInput
      key={key}
      label={label}
      min={0}
      value={given[key] ?? ''}
      onChange={(value) => setGiven({ ...given, [key]: typeof value === 'number' ? value : '' })}
    />
  )
  const name = dataset ?? datasets.data?.items[0]?.name ?? null
  const submit = () => {
    const limits = LIMITS.flatMap(([key, , unit]) => {
      const value = numberOf(key)
      return value === undefined ? [] : [[key, value * unit] as const]
    })
    const weights = WEIGHTS.flatMap((key) =>
      numberOf(key) === undefined ? [] : [[key, numberOf(key)!] as const],
    )
    const expectations = {
      ...Object.fromEntries(limits),
      ...(weights.length > 0 ? { weights: Object.fromEntries(weights) } : {}),
    }
    select.mutate({ dataset: name ?? '', expectations })
  }
  return (
    <Stack>
      <Select
        label="Data set"
        data={datasets.data?.items.map((set) => set.name) ?? []}
        value={name}
        onChange={setDataset}
        allowDeselect={false}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>{LIMITS.map(([key, label]) => field(key, label))}</SimpleGrid>
      <Text size="sm" c="dimmed">
        With weights the least weighted sum is chosen instead of the fastest and the best on failures. Only
        their ratio counts.
      </Text>
      <SimpleGrid cols={3}>{WEIGHTS.map((key) => field(key, `Weight of ${key}`))}</SimpleGrid>
      {select.isError && <Failure error={select.error} />}
      <Group justify="flex-end">
        <Button loading={select.isPending} disabled={name === null} onClick={submit}>
          Select
        </Button>
      </Group>
    </Stack>
  )
}
