// The processes that the CLI needs of the workers: it must not import them, so it starts their entries by path, as the
// demo does. IPC is their lifeline: they end when the CLI does, however that ends.

import type { ChildProcess, StdioOptions } from 'node:child_process'
import { z } from 'zod'
import { forkProgram } from '#platform/launch/fork-program.ts'
import { CommandFailed } from './api.ts'

/** Two starts of 10 s at most, and six answers of 3 s, with the loading of this all on a busy machine. */
const CHECK_MAX_MS = 90_000

const Check = z.union([
  z.object({ ok: z.literal(true), driver: z.string(), situations: z.number(), answerMs: z.number() }),
  z.object({ ok: z.literal(false), reason: z.string() }),
])
export type FunctionChecked = Extract<z.infer<typeof Check>, { ok: true }>

/** Throws a `CommandFailed` with the reason where the function is refused. */
export async function checkInWorkerd(question: { code: string; name: string }): Promise<FunctionChecked> {
  const child = start('../../workers/dev/check-main.ts', [], ['ignore', 'ignore', 'inherit', 'ipc'])
  const timer = setTimeout(() => child.kill('SIGKILL'), CHECK_MAX_MS)
  child.send(question)
  const answer = await new Promise<unknown>((resolve) => {
    child.once('message', (message) => resolve((message as { answer: unknown }).answer))
    child.once('exit', () => resolve(undefined))
  })
  clearTimeout(timer)
  const check = Check.safeParse(answer)
  if (!check.success)
    throw new CommandFailed(
      `Cannot check function "${question.name}": the check itself ended without an answer`,
    )
  if (!check.data.ok) throw new CommandFailed(check.data.reason)
  return check.data
}

/** Its exit code, once it has ended: by itself, or since the terminal or the parent says so. */
export async function develop(
  entry: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const child = start(
    '../../workers/dev/main.ts',
    [entry, ...args],
    ['inherit', 'inherit', 'inherit', 'ipc'],
    env,
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => child.connected && child.send('stop'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

function start(
  entry: string,
  args: readonly string[],
  stdio: StdioOptions,
  env?: NodeJS.ProcessEnv,
): ChildProcess {
  return forkProgram(new URL(entry, import.meta.url), args, { stdio, ...(env && { env }) })
}
