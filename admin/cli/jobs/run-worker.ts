// `tandem jobs work`: the worker's own program as a child in this terminal, since the CLI holds nothing of the server.

import { forkProgram } from '#platform/launch/fork-program.ts'

/** Ends as the worker ends; signals of the terminal and of whoever runs this reach it. */
export function runWorker(env: NodeJS.ProcessEnv): Promise<void> {
  const entry = new URL('../../jobs/main.ts', import.meta.url)
  const worker = forkProgram(entry, [], { stdio: 'inherit', env })
  const stop = () => void (worker.connected && worker.send('stop', () => undefined))
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', (code) => {
      process.exitCode = code ?? 1
      resolve()
    })
  })
}
