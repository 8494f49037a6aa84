// A function under development, in a real generation beside nobody else's: every change of its source is bundled,
// started as a new generation, checked by a real image, and only then serves in place of the one before. Whatever is
// wrong with the source (it does not compile, does not start, answers nonsense) is said by file and line, and the
// version before serves on.

import path from 'node:path'
import type { Logger } from 'pino'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import { BundleRefused, bundleFunctionWithMap } from '#platform/bundle-function.ts'
import { switchTo } from '../agent/install.ts'
import { FunctionFailed } from '../host/function-failed.ts'
import type { FunctionHost } from '../host/function-host.ts'
import { Generations } from '../serve/generations.ts'
import { Offload } from '../serve/offload/offload.ts'
import type { Installed } from './installed.ts'
import { inSourceLines } from './source-lines.ts'
import { SourceWatch } from './watch-sources.ts'

export interface WorkbenchOptions {
  readonly entry: string
  readonly installed: Installed
  readonly store: ArtifactStore
  readonly runFolder: string
  readonly host: (options: { onOutput: (text: string) => void }) => FunctionHost
  readonly log: Logger
  readonly say: (line: string) => void
}

export class Workbench implements AsyncDisposable {
  readonly generations: Generations
  readonly #options: WorkbenchOptions
  readonly #offload = new Offload()
  readonly #watch: SourceWatch
  #version = 0
  #servingCode: string | undefined
  #last: Promise<void> = Promise.resolve()
  /** Of the newest bundle: what the engine says is told in these terms. */
  #inSource: (text: string) => string = (text) => text

  constructor(options: WorkbenchOptions) {
    const { installed, store, runFolder, log, host, say } = options
    this.#options = options
    this.generations = new Generations({
      tier: 'local',
      store,
      host: host({ onOutput: (text) => say(this.inSource(text.trimEnd())) }),
      // The edge worker knows the installed deployment, not the one under development.
      edgeFor: (_, prepare) => this.#offload.portFor(installed.deployment, prepare),
      runFolder,
      log,
    })
    this.#watch = new SourceWatch(() => void this.reload())
    this.#watch.add([path.resolve(options.entry)])
  }

  inSource(text: string): string {
    return this.#inSource(text)
  }

  /** One after the other, whatever the editor does meanwhile; never rejects because of the function. */
  reload(): Promise<void> {
    this.#last = this.#last.then(() => this.#reload())
    return this.#last
  }

  async #reload(): Promise<void> {
    const { say, entry } = this.#options
    try {
      const { code, map, inputs } = await bundleFunctionWithMap(entry)
      this.#watch.add(inputs)
      if (code === this.#servingCode) return
      this.#inSource = inSourceLines(map, path.resolve(import.meta.dirname, '../..'))
      await this.#serve(code)
      this.#servingCode = code
    } catch (error) {
      if (!(error instanceof BundleRefused || error instanceof FunctionFailed)) throw error
      say(this.inSource(sentences(error)))
      const serving = this.generations.serving?.deployment.version
      say(serving === undefined ? 'Nothing serves yet; waiting for a change' : `Version ${serving} serves on`)
    }
  }

  async #serve(code: string): Promise<void> {
    const { installed, store, entry, say } = this.#options
    const file = await store.putBytes(Buffer.from(code))
    const name = path.basename(entry)
    const version = ++this.#version
    const { deployment, edges } = installed
    const next = {
      ...deployment,
      id: `dev-${version}`,
      version,
      function: { ...deployment.function, name, version, file },
    }
    const old = this.generations.serving?.deployment.id
    await this.generations.start(next)
    switchTo(next, edges, { generations: this.generations, offload: this.#offload })
    if (old !== undefined) await this.generations.stop(old)
    say(`${name} version ${version} serves`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]()
    await this.#last
    await this.generations[Symbol.asyncDispose]()
    await this.#offload[Symbol.asyncDispose]()
  }
}

/** With what the engine printed: there is the line. */
function sentences(error: Error): string {
  const said = error.cause instanceof Error && error instanceof FunctionFailed ? error.cause.message : ''
  return said === '' || error.message.includes(said) ? error.message : `${error.message}\n${said.trim()}`
}
