// Ctrl-C in the middle of something: what the terminal needs back is given back, and a person is told what goes on
// without them, and how to come back to it. Nothing is undone: devices and the control plane keep their own counsel, and
// uploads go on from where they were.

interface Leaving {
  /** Gives back what the terminal lent, such as its cursor. */
  readonly end?: () => void
  /** What a person should know who leaves now. */
  readonly line?: string
}

/** As a shell tells of a command that a signal ended. */
const CODES = { SIGINT: 130, SIGTERM: 143 } as const

const open = new Set<Leaving>()

function leave(signal: keyof typeof CODES): void {
  const all = [...open].reverse()
  for (const { end } of all) end?.()
  for (const { line } of all) if (line !== undefined) process.stderr.write(`\n${line}\n`)
  process.exit(CODES[signal])
}
const onInterrupt = () => leave('SIGINT')
const onTerminate = () => leave('SIGTERM')

/** Until it is disposed of. */
export function onLeaving(leaving: Leaving): Disposable {
  if (open.size === 0) process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate)
  open.add(leaving)
  return {
    [Symbol.dispose]() {
      open.delete(leaving)
      if (open.size === 0) process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate)
    },
  }
}
