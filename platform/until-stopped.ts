// When a process should end: a signal, or the end of the parent that started it. The parent's IPC channel closes
// even when the parent is killed with SIGKILL, so no child outlives it.

export function untilStopped(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'))
    // A terminal sends SIGINT to the whole process group; under a parent it is the parent who says when.
    if (process.channel) process.on('SIGINT', () => undefined)
    else process.once('SIGINT', () => resolve('SIGINT'))
    process.once('disconnect', () => resolve('parent gone'))
    process.on('message', (message) => {
      if (message === 'stop') resolve('stop')
    })
  })
}
