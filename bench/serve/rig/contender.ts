// What takes part in a comparison: something that classifies images for a while, so many at once, and tells how long
// each took. It runs in a child process that stays between rounds.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { cpuMsOf } from './process-tree.ts'

export interface Round {
  readonly latenciesMs: Float64Array
  readonly tookMs: number
  /** Of the processor, by what is measured and all below it; the clients do not count. */
  readonly cpuMs: number
}

export interface Contender extends AsyncDisposable {
  readonly name: string
  /**
   * Until V8 has optimized what runs often: a worker's 3.2 ms of CPU a request are 1.2 after 4,000 requests, and no
   * service is as young as a bench. A server is asked with small pictures of its images, so that many go by.
   */
  warmUp(concurrency: number, durationMs: number): Promise<void>
  /** `concurrency` images are in work at any moment, for about `durationMs`. */
  run(concurrency: number, durationMs: number): Promise<Round>
}

export interface HttpTarget {
  /** Of the server. */
  readonly pid: number
  readonly url: string
  readonly path: string
  readonly images: readonly Uint8Array[]
}

/** Decoded in next to no time. */
const SMALL_PX = 64

type Told = Omit<Round, 'cpuMs'> & { readonly failures: readonly string[] }

/** A server, asked by clients in a process of their own; rejects where an answer is not a 200. */
export function httpContender(name: string, target: HttpTarget, own?: AsyncDisposable): Contender {
  const child = resident('./load-child.mjs', [])
  child.send({ target })
  const run = async (connections: number, durationMs: number) => {
    const before = await cpuMsOf(target.pid)
    const round = await ask<Told>(child, { round: { connections, durationMs } })
    const cpuMs = (await cpuMsOf(target.pid)) - before
    if (round.failures.length > 0)
      throw new Error(
        `Cannot measure "${name}": ${round.failures.length} of ${round.failures.length + round.latenciesMs.length} ` +
          `requests failed (${round.failures[0]}), expected none`,
      )
    return { ...round, cpuMs }
  }
  return {
    name,
    run,
    async warmUp(connections, durationMs) {
      child.send({ target: { ...target, images: await Promise.all(target.images.map(smallPicture)) } })
      await run(connections, durationMs)
      child.send({ target })
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      await own?.[Symbol.asyncDispose]()
    },
  }
}

const smallPicture = (image: Uint8Array): Promise<Uint8Array> =>
  sharp(image).resize(SMALL_PX, SMALL_PX).jpeg().toBuffer()

/** A child that answers messages until it is killed or this process goes; `file` as seen from here. */
export function resident(file: string, execArgv: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: [...execArgv],
    serialization: 'advanced',
  })
}

export function ask<Answer>(child: ChildProcess, question: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null, signal: string | null) =>
      reject(new Error(`Cannot ask child "${child.spawnargs.at(-1)}": ended with ${signal ?? code}`))
    child.once('exit', ended)
    child.once('message', (answer) => {
      child.off('exit', ended)
      resolve(answer as Answer)
    })
    child.send(question)
  })
}
