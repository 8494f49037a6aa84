// One question to a child process of its own, one answer, and the child is gone. For work that must not hold up
// the event loop and for input that may crash whatever opens it. A process, not a thread: on Node 20 threads do
// not get tsx's loader, and a native crash in a thread takes everything with it. Long work tells news on the way.

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type ChildEnd = { readonly end: 'deadline' } | { readonly end: 'died'; readonly how: string }

type Message = { readonly news: unknown } | { readonly answer: unknown }

/** The child's answer, or how it ended without one. `entry` is a module that calls `answerParent`. */
export function askChild<Answer, News = never>(
  entry: URL,
  question: unknown,
  deadlineMs: number,
  onNews: (news: News) => void = () => undefined,
): Promise<{ readonly end: 'answered'; readonly answer: Answer } | ChildEnd> {
  const child = fork(fileURLToPath(entry), {
    execArgv: ['--import', import.meta.resolve('tsx')],
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
    child.on('message', (message) => {
      const told = message as Message
      if ('answer' in told) resolve({ end: 'answered', answer: told.answer as Answer })
      else onNews(told.news as News)
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      // After an answer this changes nothing: a promise settles once.
      resolve({ end: 'died', how: String(signal ?? code) })
    })
  })
}

/**
 * The child's side. An answer that rejects ends the child, which the parent sees. `tell` sends news; work that
 * never lets the event loop turn may call it as well.
 */
export function answerParent<Question, Answer, News = never>(
  answer: (question: Question, tell: (news: News) => void) => Answer | Promise<Answer>,
): void {
  const parent = process.ppid
  const send = (message: Message, sent = () => {}) => process.send!(message, sent)
  // A parent that was killed takes its question along; busy work does not hear it go, but sees it gone.
  process.once('disconnect', () => process.exit(1))
  const tell = (news: News) => {
    if (process.ppid !== parent) process.exit(1)
    send({ news })
  }
  process.once('message', async (question) => {
    const given = await answer(question as Question, tell)
    send({ answer: given }, () => process.exit(0))
  })
}
