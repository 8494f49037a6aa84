// One process of the system, started and stopped by the parent. It says when it is ready over IPC, logs to a
// file, and is started again when it dies by itself. IPC is also its lifeline: it ends when the parent is gone.

import type { ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { forkProgram } from '#platform/launch/fork-program.ts'

export interface ChildSpec {
  readonly name: string
  /** Relative to the repository's root. */
  readonly entry: string
  readonly env: Record<string, string>
  readonly logFolder: string
}

const STOP_MAX_MS = 15_000
const RESTART_MS = 1_000
const ROOT = new URL('../../', import.meta.url)

export class Child {
  readonly #spec: ChildSpec
  #process: ChildProcess | undefined
  #isStopping = false

  constructor(spec: ChildSpec) {
    this.#spec = spec
  }

  get logFile(): string {
    return path.join(this.#spec.logFolder, `${this.#spec.name}.log`)
  }

  /** Resolves with what the process sends when it is up; rejects with its last words where it ends instead. */
  async start(): Promise<string> {
    await mkdir(this.#spec.logFolder, { recursive: true })
    const log = createWriteStream(this.logFile, { flags: 'a' })
    const child = forkProgram(new URL(this.#spec.entry, ROOT), [], {
      env: { ...process.env, ...this.#spec.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    child.stdout?.pipe(log)
    child.stderr?.pipe(log)
    this.#process = child
    const ready = new Promise<string>((resolve, reject) => {
      child.once('message', (message) => resolve((message as { ready: string }).ready))
      child.once('exit', async () =>
        reject(new Error(`${this.#spec.name} ended at its start:\n${await this.#lastWords()}`)),
      )
    })
    const url = await ready
    child.once('exit', () => this.#restart())
    return url
  }

  #restart(): void {
    if (this.#isStopping) return
    setTimeout(() => {
      if (!this.#isStopping) this.start().catch(() => this.#restart())
    }, RESTART_MS).unref()
  }

  async #lastWords(): Promise<string> {
    const text = await readFile(this.logFile, 'utf8').catch(() => '')
    return text.trimEnd().split('\n').slice(-12).join('\n')
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.send('stop')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS)
    await gone
    clearTimeout(timer)
  }
}
