// One upload at a time: how far it is, what went wrong, and an end to it, also when the page that began it is left.

import { useEffect, useRef, useState } from 'react'
import type { SendOptions, Sent } from './send-files.ts'

export function useUpload() {
  const [sent, setSent] = useState<Sent>()
  const [error, setError] = useState<unknown>()
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  /** What `work` came to; undefined where it failed, was cancelled, or another is under way. */
  const run = async <T>(work: (options: SendOptions) => Promise<T>): Promise<T | undefined> => {
    if (running.current) return undefined
    const abort = new AbortController()
    running.current = abort
    setError(undefined)
    setSent({ step: 'reading', doneBytes: 0, totalBytes: 0 })
    try {
      return await work({ signal: abort.signal, onProgress: setSent })
    } catch (failure) {
      if (!abort.signal.aborted) setError(failure)
      return undefined
    } finally {
      running.current = undefined
      setSent(undefined)
    }
  }
  return { sent, error, run, cancel: () => running.current?.abort() }
}
