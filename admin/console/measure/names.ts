// Rows of measurements name models, devices and data sets by their ids: what people call them.

import { useQuery } from '@tanstack/react-query'
import { type Answers, trpc } from '../app/trpc.ts'

type Job = Pick<Answers['profiles']['list']['items'][number], 'deviceId'>

export interface Names {
  readonly model: (id: string) => string
  readonly device: (id: string) => string
  readonly dataset: (id: string) => string
}

/** As many as one call takes; a fleet measures on a few. */
const IDS_MAX = 1_000

export function useNames(jobs: readonly Job[]): Names {
  const ids = [...new Set(jobs.map(({ deviceId }) => deviceId))].sort().slice(0, IDS_MAX)
  const models = useQuery(trpc.models.list.queryOptions({ limit: 1_000 }))
  const datasets = useQuery(trpc.datasets.list.queryOptions({ limit: 1_000 }))
  const devices = useQuery(trpc.devices.list.queryOptions({ ids, limit: 1_000 }, { enabled: ids.length > 0 }))
  const nameIn = (rows: readonly { id: string; name: string }[] | undefined) => (id: string) =>
    rows?.find((row) => row.id === id)?.name ?? id
  return {
    model: nameIn(models.data?.items),
    device: nameIn(devices.data?.items),
    dataset: nameIn(datasets.data?.items),
  }
}
