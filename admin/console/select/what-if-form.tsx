// A selection with limits and weights of one's own, beginning with those of the one that is looked at. It is kept like any
// other, so that it can be compared, and trained for.

import { Button, Group, NumberInput, Select, SimpleGrid, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Expectations } from '#contract/results/expectations.ts'
import { FrontRouter } from '#contract/results/selection.ts'
import { queries, trpc } from '../app/trpc.ts'
import { useCallKey } from '../dialogs/use-call-key.ts'
import { Failure } from '../parts/failure.tsx'
import { inUnit, LIMIT_NAMES, LIMITS, WEIGHTS } from './limits.ts'

type Given = Readonly<Record<string, number | ''>>

const givenOf = (before: Expectations): Given => ({
  ...Object.fromEntries(
    LIMIT_NAMES.flatMap((name) => (before[name] === undefined ? [] : [[name, inUnit(name, before[name])]])),
  ),
  ...Object.fromEntries(WEIGHTS.map((key) => [key, before.weights?.[key] ?? ''])),
})

function expectationsOf(given: Given): Expectations {
  const numberOf = (key: string) => (typeof given[key] === 'number' ? given[key] : undefined)
  const limits = LIMIT_NAMES.flatMap((name) => {
    const value = numberOf(name)
    return value === undefined ? [] : [[name, inContract(name, value)] as const]
  })
  const weights = WEIGHTS.flatMap((key) =>
    numberOf(key) === undefined ? [] : [[key, numberOf(key)!] as const],
  )
  return {
    ...Object.fromEntries(limits),
    ...(weights.length > 0 ? { weights: Object.fromEntries(weights) } : {}),
  }
}

/** Bytes are whole. */
const inContract = (name: (typeof LIMIT_NAMES)[number], value: number): number =>
  name.endsWith('Bytes') ? Math.round(value * LIMITS[name].per) : value * LIMITS[name].per

const ASSUMED: Readonly<Record<FrontRouter, string>> = {
  confidence: 'sends what the local model is least sure of',
  random: 'sends by lot',
  oracle: 'sends just what only the edge gets right',
}

export function WhatIfForm({ before }: { readonly before: Expectations }) {
  const navigate = useNavigate()
  const keyed = useCallKey()
  const datasets = useQuery(trpc.datasets.list.queryOptions({ limit: 1_000 }))
  const [dataset, setDataset] = useState<string | null>(null)
  const [given, setGiven] = useState<Given>(() => givenOf(before))
  const [frontRouter, setFrontRouter] = useState<FrontRouter>('confidence')
  const select = useMutation(
    trpc.selections.create.mutationOptions({
      async onSuccess({ id }) {
        await queries.invalidateQueries()
        await navigate({ to: '/selection', search: { id } as never })
      },
    }),
  )
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
  const submit = () =>
    select.mutate(keyed({ dataset: name ?? '', expectations: expectationsOf(given), frontRouter }))
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select
          label="Data set"
          data={datasets.data?.items.map((set) => set.name) ?? []}
          value={name}
          onChange={setDataset}
          allowDeselect={false}
        />
        <Select
          label="Pairs are compared under a router that"
          data={FrontRouter.options.map((value) => ({ value, label: ASSUMED[value] }))}
          value={frontRouter}
          onChange={(value) => value !== null && setFrontRouter(value as FrontRouter)}
          allowDeselect={false}
        />
        {LIMIT_NAMES.map((limit) => {
          const { words, bound, unit } = LIMITS[limit]
          return field(limit, `${words}, ${bound} (${unit})`)
        })}
      </SimpleGrid>
      <Text size="sm" c="dimmed">
        With weights the least weighted sum is chosen instead of the fastest and the best on failures. Only
        their ratio counts.
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        {WEIGHTS.map((key) => field(key, `Weight of ${key}`))}
      </SimpleGrid>
      {select.isError && <Failure error={select.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={() => setGiven({})}>
          No limits
        </Button>
        <Button loading={select.isPending} disabled={name === null} onClick={submit}>
          Select
        </Button>
      </Group>
    </Stack>
  )
}
