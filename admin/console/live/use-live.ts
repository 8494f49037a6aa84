// What happens, as it happens: a subscription for as long as somebody looks. A tab in the background has none, since a
// browser gives one origin six connections and each stream holds one. A stream that broke comes back by itself, with the
// last event that it saw; until then the page says so.

import { useDocumentVisibility } from '@mantine/hooks'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useRef } from 'react'

/** `off`: nobody wants it, or what was watched is over. */
export type LiveState = 'live' | 'connecting' | 'reconnecting' | 'paused' | 'refused' | 'off'

type Options<TOutput, TError> = Parameters<typeof useSubscription<TOutput, TError>>[0]

export function useLive<TOutput, TError>(options: Options<TOutput, TError>): LiveState {
  const isVisible = useDocumentVisibility() === 'visible'
  const { status } = useSubscription({ ...options, enabled: options.enabled && isVisible })
  const wasLive = useRef(false)
  if (status === 'pending') wasLive.current = true
  if (!options.enabled) return 'off'
  if (!isVisible) return 'paused'
  if (status === 'pending') return 'live'
  if (status === 'connecting') return wasLive.current ? 'reconnecting' : 'connecting'
  return status === 'error' ? 'refused' : 'off'
}
