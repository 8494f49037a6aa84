// A control plane that has nothing but artifacts, and faults on demand: real HTTP, since what breaks in the field
// is the line.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { digestOf } from '#platform/artifact-store.ts'

export type Fault = (response: ServerResponse, bytes: Buffer) => void

/** Answers and sizes that lie, lines that break: what can happen to one request. */
export const FAULTS = {
  none: (response, bytes) => void response.end(bytes),
  wrongBytes: (response, bytes) => void response.end(Buffer.alloc(bytes.length, 'x')),
  tooLong: (response, bytes) => void response.end(Buffer.concat([bytes, Buffer.from('and more')])),
  cutInTheMiddle: (response, bytes) => {
    response.writeHead(200, { 'content-length': bytes.length })
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
  },
  endsEarly: (response, bytes) => void response.end(bytes.subarray(0, bytes.length / 2)),
  refused: (response) => answerError(response, 404, 'Cannot find artifact: it does not exist'),
  unauthorised: (response) => answerError(response, 401, 'the device was revoked'),
  broken: (response) => answerError(response, 500, 'The control plane failed'),
} as const satisfies Record<string, Fault>

const answerError = (response: ServerResponse, status: number, message: string) =>
  void response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { code: 'test', message } }))

export class ArtifactServer implements AsyncDisposable {
  readonly #server = createServer((request, response) => this.#answer(request, response))
  readonly #artifacts = new Map<string, Buffer>()
  readonly #faults = new Map<string, Fault[]>()
  /** Digests in the order in which they were asked for. */
  readonly asked: string[] = []
  inFlight = 0
  inFlightMost = 0
  url = ''

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  /** The first requests for it meet these faults, one each; later ones are answered well. */
  add(content: string, faults: readonly Fault[] = []) {
    const bytes = Buffer.from(content)
    const ref = { digest: digestOf(bytes), sizeBytes: bytes.length }
    this.#artifacts.set(ref.digest, bytes)
    this.#faults.set(ref.digest, [...faults])
    return ref
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const digest = decodeURIComponent(request.url!.split('/').at(-1)!)
    this.asked.push(digest)
    this.inFlightMost = Math.max(this.inFlightMost, ++this.inFlight)
    response.once('close', () => this.inFlight--)
    const fault = this.#faults.get(digest)?.shift() ?? FAULTS.none
    fault(response, this.#artifacts.get(digest)!)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}
