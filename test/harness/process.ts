// One part of the system as a process of its own, as in the field: started by its real entry, stopped as its
// parent would, or killed without a word. It is never started again behind the test's back.

import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { forkProgram } from '#platform/launch/fork-program.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
/** Loading from source takes a second here, and more where every core is taken. */
const READY_MAX_MS = 60_000

export interface ProcessSpec {
  /** Relative to the repository's root. */
  readonly entry: string
  readonly env: Readonly<Record<string, string>>
  /** For node itself. */
  readonly nodeArgs?: readonly string[]
}

export class Process implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly ended: Promise<number | NodeJS.Signals>
  /** All that it has printed. */
  output = ''

  constructor({ entry, env, nodeArgs = [] }: ProcessSpec) {
    const { DATABASE_URL: _, ...outer } = process.env
    this.#child = forkProgram(path.join(ROOT, entry), [], {
      execArgv: [...nodeArgs],
      env: { ...outer, NODE_ENV: 'test', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk) => {
        this.output += chunk
      })
    this.ended = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => resolve(signal ?? code ?? -1)),
    )
  }

  get pid(): number {
    return this.#child.pid!
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** What it sends when it is up; rejects with its last words where it ends instead. */
  ready(): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (what: string) => reject(new Error(`${what}:\n${this.output.slice(-2_000)}`))
      const timer = setTimeout(() => fail('not ready in time'), READY_MAX_MS)
      const settled = () => clearTimeout(timer)
      this.#child.once('message', (message) => {
        settled()
        resolve((message as { ready: string }).ready)
      })
      void this.ended.then((how) => {
        settled()
        fail(`ended with ${how} before it was ready`)
      })
    })
  }

  /** As its parent would. */
  async stop(): Promise<number | NodeJS.Signals> {
    if (this.#child.connected) this.#child.send('stop', () => undefined)
    return this.ended
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | NodeJS.Signals> {
    this.#child.kill(signal)
    return this.ended
  }

  /** As if its parent were gone. */
  disconnect(): Promise<number | NodeJS.Signals> {
    this.#child.disconnect()
    return this.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isAlive) await this.kill()
  }
}
