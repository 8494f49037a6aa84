// One question to a child process of its own, one answer, and the child is gone. For work that must not hold up
// the event loop and for input that may crash whatever opens it. A process, not a thread: a native crash in a thread
// takes everything with it. Long work tells news on the way.

import type { ForkOptions } from 'node:child_process'
import os from 'node:os'
import { forkProgram } from './launch/fork-program.ts'

export type ChildEnd = { readonly end: 'deadline' } | { readonly end: 'died'; readonly how: string }

type Message = { readonly news: unknown } | { readonly answer: unknown }

export interface ChildWatch<News> {
  onNews?(news: News): void
  /** Kills the child: its end is told as for any other death. */
  readonly signal?: AbortSignal
  /** As of `nice`: work that nobody waits for yields to what somebody does. */
  readonly niceness?: number
  /** For strangers' files: see `confined`. */
  readonly memoryMaxBytes?: number
}

/** The child's answer, or how it ended without one. `entry` is a module that calls `answerParent`. */
export function askChild<Answer, News = never>(
  entry: URL,
  question: unknown,
  deadlineMs: number,
  { onNews, signal: cancelled, niceness = 0, memoryMaxBytes }: ChildWatch<News> = {},
): Promise<{ readonly end: 'answered'; readonly answer: Answer } | ChildEnd> {
  const child = forkProgram(entry, [], {
    ...(memoryMaxBytes !== undefined && confined(memoryMaxBytes)),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Typed arrays travel as they are.
    serialization: 'advanced',
  })
  if (niceness !== 0) yieldBy(child.pid, niceness)
  const kill = () => child.kill('SIGKILL')
  if (cancelled?.aborted) kill()
  cancelled?.addEventListener('abort', kill)
  // A child that was killed before it could read it ends with its signal.
  child.send(question as object, () => undefined)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      resolve({ end: 'deadline' })
    }, deadlineMs)
    child.on('message', (message) => {
      const told = message as Message
      if ('answer' in told) resolve({ end: 'answered', answer: told.answer as Answer })
      else onNews?.(told.news as News)
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      cancelled?.removeEventListener('abort', kill)
      // After an answer this changes nothing: a promise settles once.
      resolve({ end: 'died', how: String(signal ?? code) })
    })
  })
}

/**
 * A child that knows nothing of ours, since secrets lie in the environment; that leaves no core behind; and whose
 * allocations fail, on Linux, beyond so many bytes of private memory (RLIMIT_DATA; the address space itself is no
 * measure, V8 reserves far more than it uses). Other systems have the deadline alone.
 */
function confined(memoryMaxBytes: number): ForkOptions {
  const env = { PATH: '/usr/bin:/bin' }
  if (process.platform !== 'linux') return { env }
  const limits = `ulimit -c 0; ulimit -d ${Math.ceil(memoryMaxBytes / 1_024)}; exec "$0" "$@"`
  return { execPath: '/bin/sh', execArgv: ['-c', limits, process.execPath], env }
}

function yieldBy(pid: number | undefined, niceness: number): void {
  try {
    if (pid !== undefined) os.setPriority(pid, niceness)
  } catch (error) {
    // It is gone already, or whoever runs us has no say: either way it is no reason not to ask.
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}

/**
 * The child's side. An answer that rejects ends the child, which the parent sees. `tell` sends news; work that
 * never lets the event loop turn may call it as well, with news that are short; what it gives is settled when they are out.
 */
export function answerParent<Question, Answer, News = never>(
  answer: (question: Question, tell: (news: News) => Promise<void>) => Answer | Promise<Answer>,
): void {
  const parent = process.ppid
  const send = (message: Message, sent: () => void) => process.send!(message, sent)
  // A parent that was killed takes its question along; busy work does not hear it go, but sees it gone.
  process.once('disconnect', () => process.exit(1))
  const tell = (news: News) => {
    if (process.ppid !== parent) process.exit(1)
    return new Promise<void>((resolve) => send({ news }, resolve))
  }
  process.once('message', async (question) => {
    const given = await answer(question as Question, tell)
    send({ answer: given }, () => process.exit(0))
  })
}
