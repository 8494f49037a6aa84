// One client's connection, and whether the client or this device is the one who is waited for. A client owes headers,
// a body, or the reading of its answer; while it owes something it must get on, at a rate that any honest network
// reaches. What it pauses while the device is busy is never held against it.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface ConnectionLimits {
  /** Together; beyond, whoever keeps the device waiting longest has to go. */
  readonly connectionsMax: number
  /** Beside these, that were told to go and may read why; beyond, the one that has had longest is cut. */
  readonly leavingMax: number
  /** Between two requests, and before the first. */
  readonly idleMaxMs: number
  readonly headersMaxMs: number
  /** A request with its body. */
  readonly requestMaxMs: number
  /** Of a body, and of an answer that is read. */
  readonly rateMinBytesPerSecond: number
  /** The rate is a mean over so long: a hiccup is nobody's fault. */
  readonly rateOverMs: number
  readonly lookEveryMs: number
}

/** `ours`: the device is working. All others wait for the client. */
export type Phase = 'idle' | 'headers' | 'body' | 'answer' | 'ours'

export const connectionKey = (socket: Socket): string =>
  `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`

export class Connection {
  readonly address: string
  /** No two live connections of one server share it. */
  readonly key: string
  socket: Socket
  #outgoing: ServerResponse | undefined
  #incoming: IncomingMessage | undefined
  #owed = 0
  #isProved = false
  #phase: Phase = 'idle'
  #sinceMs: number
  /** Since when the client has been owed nothing, and the bytes that it had sent by then. */
  #settledMs: number
  #settledBytes = 0
  #markMs: number
  #markBytes = 0

  constructor(socket: Socket, nowMs: number) {
    this.socket = socket
    this.address = socket.remoteAddress ?? ''
    this.key = connectionKey(socket)
    this.#sinceMs = nowMs
    this.#settledMs = nowMs
    this.#markMs = nowMs
  }

  /** The answer that is being made or sent, if any. */
  get outgoing(): ServerResponse | undefined {
    return this.#outgoing
  }

  /** Has been answered before. */
  get isProved(): boolean {
    return this.#isProved
  }

  get phase(): Phase {
    return this.#phase
  }

  /** A request's headers are complete. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse, now: () => number): void {
    this.#owed++
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.#enter('body', now())
    outgoing.once('close', () => {
      this.#owed--
      this.#isProved = true
      if (this.#outgoing === outgoing) this.#outgoing = undefined
      this.#settledMs = now()
      this.#settledBytes = this.socket.bytesRead
      // One that still has to read what was answered does not begin anew with each answer.
      if (this.#owed === 0 && this.socket.writableLength === 0) this.#enter('idle', this.#settledMs)
    })
  }

  /** How long the client has owed something; 0 while the device does. Bodies count only while they come too slowly. */
  waitedMs(nowMs: number, limits: ConnectionLimits): number {
    this.#see(nowMs)
    if (this.#phase === 'ours') return 0
    if (this.#phase === 'idle' || this.#phase === 'headers') return nowMs - this.#settledMs
    return this.#isFastEnough(nowMs, limits) ? 0 : nowMs - this.#sinceMs
  }

  /** What the client is too slow at, in words; undefined for one that is not. */
  look(nowMs: number, limits: ConnectionLimits): string | undefined {
    this.#see(nowMs)
    const forMs = nowMs - this.#sinceMs
    const phase = this.#phase
    if (phase === 'idle' && forMs > limits.idleMaxMs) return `no request within ${limits.idleMaxMs} ms`
    if (phase === 'headers' && forMs > limits.headersMaxMs)
      return `headers are not complete after ${limits.headersMaxMs} ms`
    if (phase === 'body' && forMs > limits.requestMaxMs)
      return `body is not complete after ${limits.requestMaxMs} ms`
    if ((phase === 'body' || phase === 'answer') && nowMs - this.#markMs >= limits.rateOverMs) {
      if (!this.#isFastEnough(nowMs, limits))
        return `${phase} moves at under ${limits.rateMinBytesPerSecond} bytes a second`
      this.#mark(nowMs)
    }
    return undefined
  }

  #isFastEnough(nowMs: number, limits: ConnectionLimits): boolean {
    const dueBytes = ((nowMs - this.#markMs) / 1_000) * limits.rateMinBytesPerSecond
    return this.#movedBytes() - this.#markBytes >= dueBytes
  }

  /** Headers that begin and answers that pile up happen without an event: they are seen by looking. */
  #see(nowMs: number): void {
    const phase = this.#phaseNow()
    if (phase !== this.#phase) this.#enter(phase, nowMs)
  }

  #phaseNow(): Phase {
    if (this.socket.writableLength > 0) return 'answer'
    if (this.#owed > 0) {
      const incoming = this.#incoming!
      // Full buffers are ours to empty; an answer that was given early ends the request.
      const isOurs =
        incoming.complete ||
        incoming.readableLength >= incoming.readableHighWaterMark ||
        this.#outgoing?.writableEnded === true
      return isOurs ? 'ours' : 'body'
    }
    return this.socket.bytesRead > this.#settledBytes ? 'headers' : 'idle'
  }

  #enter(phase: Phase, nowMs: number): void {
    this.#phase = phase
    this.#sinceMs = nowMs
    this.#mark(nowMs)
  }

  #mark(nowMs: number): void {
    this.#markMs = nowMs
    this.#markBytes = this.#movedBytes()
  }

  #movedBytes(): number {
    const { socket } = this
    return this.#phase === 'answer' ? socket.bytesWritten - socket.writableLength : socket.bytesRead
  }
}
