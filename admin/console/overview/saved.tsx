// What routing saves: the energy of an image at the device beside that of the heavy model on the same device, from the
// profiles and the evaluation of the newest router that is promoted. Told with how it was found, and against the light
// model too: sending images may well cost more than answering them.

import { useQuery } from '@tanstack/react-query'
import { trpc } from '../app/trpc.ts'
import { FigureCard } from '../parts/figure-card.tsx'
import { percent } from '../parts/format.ts'
import { type Figures, sum } from './last-day.ts'

export function Saved({ totals }: { readonly totals: readonly Figures[] }) {
  const deployments = useQuery(trpc.rollouts.deployments.queryOptions({ limit: 100 }))
  const deployment =
    deployments.data?.items.find(({ id }) => totals.some((row) => row.deploymentId === id)) ??
    deployments.data?.items[0]
  const router = useQuery(
    trpc.routers.get.queryOptions({ id: deployment?.routerId ?? '' }, { enabled: deployment !== undefined }),
  )
  const selection = useQuery(
    trpc.selections.get.queryOptions(
      { id: router.data?.selectionId ?? '' },
      { enabled: router.data !== undefined },
    ),
  )
  const result = selection.data?.result
  if (!result?.ok || !router.data)
    return <FigureCard name="Energy saved" value="–" note="nothing is promoted yet" />
  const energyOf = (id: string) =>
    result.candidates.find((candidate) => candidate.modelId === id)?.localEnergyJ
  const [heavy, light] = [energyOf(result.edgeModelId), energyOf(result.localModelId)]
  const own = router.data.evaluation.strategies.find((s) => s.name === 'router')?.deviceEnergyJ
  const rows = totals.filter(({ deploymentId }) => deploymentId === deployment?.id)
  const images = sum(rows, (row) => row.images)
  const spent = images > 0 ? sum(rows, (row) => row.energyJ) / images : own
  if (heavy === undefined || light === undefined || spent === undefined)
    return <FigureCard name="Energy saved" value="–" note="not measured" />
  const than = (other: number) => {
    if (spent > 2 * other) return `${(spent / other).toFixed(0)} times as much as`
    return spent <= other
      ? `${percent(1 - spent / other)} less than`
      : `${percent(spent / other - 1)} more than`
  }
  return (
    <FigureCard
      name="Energy beside one model alone"
      value={than(heavy).replace(/ (than|as)$/, '')}
      note={`${than(heavy)} the heavy model on the device would take; ${than(light)} the light one alone. By the model of the profiles, not by a meter at the wall.`}
    />
  )
}
