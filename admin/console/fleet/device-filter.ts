// Which devices are shown: kept in the address, so that a filter can be linked to, and the back button leads out of it.

import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Answers } from '../app/trpc.ts'

export const STATES = ['enrolled', 'idle', 'installing', 'serving', 'failed', 'revoked'] as const
export type State = (typeof STATES)[number]
export type Device = Answers['devices']['list']['items'][number]

export interface DeviceFilter {
  readonly group?: string
  readonly tier?: 'local' | 'edge'
  readonly states?: readonly State[]
  readonly named?: string
}

interface Search {
  readonly group?: unknown
  readonly tier?: unknown
  /** Joined by commas. */
  readonly states?: unknown
  readonly named?: unknown
}

const text = (value: unknown): string | undefined =>
  value === undefined || value === '' ? undefined : String(value)

export function useDeviceFilter(): readonly [DeviceFilter, (to: DeviceFilter) => void] {
  const search = useSearch({ strict: false }) as Search
  const navigate = useNavigate()
  const states = (text(search.states) ?? '').split(',').filter((s): s is State => STATES.includes(s as State))
  const [group, named] = [text(search.group), text(search.named)]
  const filter: DeviceFilter = {
    ...(group === undefined ? {} : { group }),
    ...(search.tier === 'local' || search.tier === 'edge' ? { tier: search.tier } : {}),
    ...(states.length === 0 ? {} : { states }),
    ...(named === undefined ? {} : { named }),
  }
  const change = ({ states: wanted, ...to }: DeviceFilter) =>
    void navigate({
      to: '/devices',
      search: { ...to, ...(wanted?.length ? { states: wanted.join(',') } : {}) } as never,
      replace: true,
    })
  return [filter, change]
}

export function stateOf({ revokedAt, report }: Pick<Device, 'revokedAt' | 'report'>): string {
  if (revokedAt !== null) return 'revoked'
  return report?.state ?? 'enrolled'
}
