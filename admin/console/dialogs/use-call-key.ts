// Calls that are done once however often a button is pressed: the same input goes with the same idempotency key, so that a
// second press, or one more after the line was lost, is told what the first one was.

import { useRef } from 'react'

/** Not `randomUUID`, which pages that came by plain http have not. */
const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

export function useCallKey(): <T extends object>(input: T) => T {
  const last = useRef({ text: '', key: '' })
  return (input) => {
    const text = JSON.stringify(input)
    if (last.current.text !== text) last.current = { text, key: newKey() }
    return { ...input, idempotencyKey: last.current.key }
  }
}
