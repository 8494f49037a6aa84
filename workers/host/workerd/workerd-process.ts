// The child process of the workerd driver: its listen event, its last words, its end.

import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { WorkerdFiles } from './workerd-config.ts'

export class WorkerdProcess {
  readonly listens: Promise<true>
  /** Resolves with the reason, once its output has been read to the end. */
  readonly gone: Promise<string>
  hasGone = false
  output = ''
  readonly #child: ChildProcess
  #killedBecause: string | undefined

  constructor(binary: string, files: WorkerdFiles, onOutput: ((text: string) => void) | undefined) {
    this.#child = spawn(binary, ['serve', '--control-fd=3', files.config], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: {},
      detached: true,
    })
    const { stdout, stderr, stdio } = this.#child
    for (const stream of [stdout, stderr])
      stream?.on('data', (chunk: Buffer) => {
        // Enough for any complaint, and a bound on what a chatty function can make us keep.
        this.output = (this.output + chunk).slice(-4000)
        onOutput?.(String(chunk))
      })
    this.listens = saysListen(stdio[3] as Readable | undefined)
    this.gone = this.#end()
    if (this.pid !== undefined) claim(this.pid, files)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  kill(reason: string): void {
    this.#killedBecause ??= reason
    this.signal('SIGKILL')
  }

  #end(): Promise<string> {
    return new Promise((resolve) => {
      const end = (reason: string) => {
        this.hasGone = true
        resolve(this.#killedBecause ?? reason)
      }
      this.#child.once('close', (code, signal) => end(signal ? `ended by ${signal}` : `exited with ${code}`))
      this.#child.once('error', (error) => {
        this.output += `Error: workerd does not run (${error.message})`
        end('does not run')
      })
    })
  }
}

/** Pending for ever where there is no pipe, which is where the process could not be started. */
function saysListen(control: Readable | undefined): Promise<true> {
  let said = ''
  return new Promise((resolve) => {
    control?.on('data', (chunk: Buffer) => {
      said += chunk
      if (said.includes('"listen"')) resolve(true)
    })
  })
}

/** Written before anything can be awaited, so that no crash leaves a process without its pid file. */
function claim(pid: number, files: WorkerdFiles): void {
  writeFileSync(files.pid, String(pid))
  try {
    // Where memory runs out, the kernel shall take the function before the front door.
    writeFileSync(`/proc/${pid}/oom_score_adj`, '900')
  } catch {
    // Not Linux, or already gone: the limit is a kindness, not a condition.
  }
}
