// A rollout as lines, one for each thing that changed, until it ends. Whoever stops watching stops nothing.

import type { Api } from './api.ts'
import { openBell } from './link/bell.ts'

export type RolloutView = Awaited<ReturnType<Api['trpc']['rollouts']['get']['query']>>
type StageView = RolloutView['stages'][number]

export function stageName({ stage }: StageView): string {
  const whom = stage.devices ? stage.devices.join(', ') : `${Math.round(stage.share * 1_000) / 10}%`
  return `${stage.group} ${whom}`
}

/** `2 serving, 1 installing`; empty where nobody is reached. */
export const countsOf = ({ counts }: StageView): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ')

export const figuresOf = ({ quality, bounds }: StageView): string => {
  if (!quality || quality.decisions === 0) return ''
  const lines = bounds.map(
    ({ what, value, is, bound, verdict }) =>
      `${what} ${value === null ? 'unknown' : Math.round(value * 1_000) / 1_000} (${is} ${bound}: ${verdict})`,
  )
  return [`${quality.decisions} decisions`, ...lines].join(', ')
}

function linesOf(view: RolloutView): string[] {
  // The newest that has begun, also once it has passed: a quick one may never have been seen as the active one.
  const newest = view.stages.findLastIndex((stage) => stage.is !== 'to come')
  const stage = view.stages[newest]
  if (!stage) return []
  const failed = stage.devices.filter((d) => d.state === 'failed').map((d) => `${d.name}: ${d.message}`)
  const head = `stage ${newest + 1}/${view.stages.length} ${stageName(stage)}`
  return [
    ...failed,
    ...[countsOf(stage), figuresOf(stage)].filter(Boolean).map((words) => `${head}: ${words}`),
  ]
}

/** Answers the view of its end. */
export async function watchRollout(
  api: Api,
  id: string,
  onNews: (line: string) => void,
): Promise<RolloutView> {
  const told = new Set<string>()
  const tell = (key: string, line: string) => {
    if (told.has(key)) return
    told.add(key)
    onNews(line)
  }
  using bell = openBell((on) => api.trpc.live.rollout.subscribe({ id }, on))
  for (;;) {
    const view = await api.trpc.rollouts.get.query({ id })
    for (const { id: event, reason, actor } of view.events) tell(String(event), `${actor}: ${reason}`)
    for (const line of linesOf(view)) tell(line, line)
    if (view.endedAt !== null || view.events.length === 0) return view
    if (view.state === 'awaiting-approval')
      tell(`${view.stages.length} ${view.reason}`, `let it pass with: tandem rollouts approve ${id}`)
    await bell.rung()
  }
}
