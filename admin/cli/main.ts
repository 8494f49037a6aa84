// `tandem` as a process. Answers go to stdout, news and progress to stderr, and the exit code says how it ended
// (shell/end-of-command.ts).

import { openProgram } from './program.ts'
import { endingOf } from './shell/end-of-command.ts'

// Whoever has read enough, such as `head`, has not made us fail.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(process.exitCode)
})

try {
  await openProgram().parseAsync()
} catch (error) {
  const ending = endingOf(error)
  if (ending === undefined) throw error
  if (ending.sentence !== undefined) process.stderr.write(`${ending.sentence}\n`)
  process.exitCode = ending.code
}
