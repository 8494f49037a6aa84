// Asking devices to measure: which candidates, on which data set, by which devices. Only models that answer in the data
// set's classes can be measured on it. What was measured already is not measured again.

import { Button, Group, MultiSelect, Select, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { queries, trpc } from '../app/trpc.ts'
import { useCallKey } from '../dialogs/use-call-key.ts'
import { Failure } from '../parts/failure.tsx'
import { whole } from '../parts/format.ts'

/** As many as the control plane takes in one call. */
const CHOSEN_MAX = 100
/** Of a small fleet all are measured on; of a large one the first of each tier stand for the others. */
const ALL_MAX = 4

interface FormProps {
  readonly onDone: () => void
  /** Chosen beforehand. */
  readonly model?: string
}

export function MeasureForm({ onDone, model }: FormProps) {
  const keyed = useCallKey()
  const datasets = useQuery(trpc.datasets.list.queryOptions({ limit: 1_000 }))
  const all = useQuery(trpc.models.list.queryOptions({ limit: 1_000 }))
  const devices = useQuery(trpc.devices.list.queryOptions({ limit: 1_000 }))
  const [said, setSaid] = useState<string | null>(null)
  const [models, setModels] = useState<string[]>()
  const [chosen, setChosen] = useState<string[]>()
  const wanted = all.data?.items.find(({ name }) => name === model)?.labelsDigest
  const fitting = (datasets.data?.items ?? []).filter(
    ({ labelsDigest }) => wanted === undefined || labelsDigest === wanted,
  )
  const dataset = fitting.find(({ name }) => name === said) ?? fitting[0]
  const candidates = (all.data?.items ?? [])
    .filter(({ labelsDigest }) => labelsDigest === dataset?.labelsDigest)
    .map(({ name }) => name)
  const names = (models ?? (model === undefined ? candidates : [model]))
    .filter((n) => candidates.includes(n))
    .slice(0, CHOSEN_MAX)
  const trusted = (devices.data?.items ?? []).filter(({ revokedAt }) => revokedAt === null)
  const on = chosen ?? usual(trusted)
  const ask = useMutation(
    trpc.profiles.create.mutationOptions({
      async onSuccess() {
        await queries.invalidateQueries({ queryKey: trpc.profiles.pathKey() })
        onDone()
      },
    }),
  )
  return (
    <Stack>
      <Select
        label="Data set"
        description={dataset && `${whole(dataset.imageCount)} images; each device fetches them once.`}
        data={fitting.map(({ name }) => name)}
        value={dataset?.name ?? null}
        onChange={setSaid}
        allowDeselect={false}
        error={
          datasets.data && fitting.length === 0 && 'No data set has the classes of this model: add one first.'
        }
      />
      <MultiSelect
        label="Models"
        description="Those that answer in the data set’s classes."
        data={candidates}
        value={names}
        onChange={setModels}
        searchable
        clearable
        maxValues={CHOSEN_MAX}
        limit={CHOSEN_MAX}
      />
      <MultiSelect
        label="Devices"
        description="Latency and energy are those of the device: measure on one of each kind at least."
        data={trusted.map(({ name, tier }) => ({ value: name, label: `${name} (${tier})` }))}
        value={on}
        onChange={setChosen}
        error={devices.data && trusted.length === 0 && 'No device is enrolled: enrol one first.'}
        searchable
        clearable
        maxValues={CHOSEN_MAX}
        limit={CHOSEN_MAX}
      />
      <Text size="sm" c="dimmed">
        {names.length * on.length} measurements. Devices serve meanwhile, and answer more slowly.
      </Text>
      {ask.isError && <Failure error={ask.error} />}
      <Group justify="flex-end">
        <Button
          loading={ask.isPending}
          disabled={!dataset || names.length === 0 || on.length === 0}
          onClick={() => ask.mutate(keyed({ dataset: dataset!.name, models: names, devices: on }))}
        >
          Measure
        </Button>
      </Group>
    </Stack>
  )
}

function usual(devices: readonly { name: string; tier: string }[]): string[] {
  if (devices.length <= ALL_MAX) return devices.map(({ name }) => name)
  return ['local', 'edge'].flatMap((tier) => devices.find((device) => device.tier === tier)?.name ?? [])
}
