// One question to a child process of its own, one answer, and the child is gone. For work that must not hold up
// the event loop and for input that may crash whatever opens it. A process, not a thread: on Node 20 threads do
// not get tsx's loader, and a native crash in a thread takes everything with it.

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type ChildEnd = { readonly end: 'deadline' } | { readonly end: 'died'; readonly how: string }

/** The child's answer, or how it ended without one. `entry` is a module that calls `answerParent`. */
export function askChild<Answer>(
  entry: URL,
  question: unknown,
  deadlineMs: number,
): Promise<{ readonly end: 'answered'; readonly answer: Answer } | ChildEnd> {
  const child = fork(fileURLToPath(entry), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Typed arrays travel as they are.
    serialization: 'advanced',
  })
  child.send(question as object)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      resolve({ end: 'deadline' })
    }, deadlineMs)
    child.once('message', (answer) => resolve({ end: 'answered', answer: answer as Answer }))
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      // After an answer this changes nothing: a promise settles once.
      resolve({ end: 'died', how: String(signal ?? code) })
    })
  })
}

/** The child's side. An answer that rejects ends the child, which the parent sees. */
export function answerParent<Question, Answer>(
  answer: (question: Question) => Answer | Promise<Answer>,
): void {
  // A parent that was killed takes its question along.
  process.once('disconnect', () => process.exit(1))
  process.once('message', async (question) => {
    const given = await answer(question as Question)
    process.send!(given, () => process.exit(0))
  })
}
