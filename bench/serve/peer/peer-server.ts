// The competitor's server as a contender: transformers-server.mjs in a process of its own.

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Contender, httpContender } from '../rig/contender.ts'

export interface PeerSpec {
  readonly installed: string
  readonly models: string
  readonly model: string
  /** Left out: as the library has it. */
  readonly threads?: number
}

export async function peerServer(
  { installed, models, model, threads }: PeerSpec,
  images: readonly Uint8Array[],
): Promise<Contender & { readonly url: string }> {
  const entry = fileURLToPath(new URL('./transformers-server.mjs', import.meta.url))
  const child = fork(entry, [installed, models, model, String(threads ?? 'default')], { execArgv: [] })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { ready: string }).ready))
    child.once('exit', (code) => reject(new Error(`Cannot start peer "${model}": ended with ${code}`)))
  })
  const own = { [Symbol.asyncDispose]: async () => void child.kill() }
  const name = `transformers.js, ${threads === undefined ? 'as it is' : `${threads} thread`}`
  return { ...httpContender(name, { pid: child.pid!, url, path: '/classify', images }, own), url }
}
