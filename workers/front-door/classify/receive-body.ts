// A request's body as it arrives, with a cap that is counted on the stream: Content-Length may lie, chunked bodies have
// none. It listens to Node's own stream: as a web stream the same bytes cost a promise and a copy for every chunk.

import type { IncomingMessage } from 'node:http'
import { RequestRefused } from '../request-refused.ts'

export interface BodyLimits {
  readonly sizeMaxBytes: number
  /** Throws to refuse the rest. */
  readonly onChunk: (chunk: Buffer) => void
}

/** Rejects with `RequestRefused`; what is still to come is then left to whoever answers. */
export function receiveBody(incoming: IncomingMessage, limits: BodyLimits): Promise<void> {
  const { sizeMaxBytes, onChunk } = limits
  const tooLarge = () => new RequestRefused('too-large', `Cannot read image: is over ${sizeMaxBytes} bytes`)
  return new Promise((resolve, reject) => {
    if (incoming.headers['content-encoding'] !== undefined)
      return reject(
        new RequestRefused('encoded', 'Cannot read image: has a Content-Encoding, expected the plain bytes'),
      )
    // Before megabytes are read for nothing. NaN, where there is none, is not greater.
    if (Number(incoming.headers['content-length']) > sizeMaxBytes) return reject(tooLarge())
    let size = 0
    const onData = (chunk: Buffer) => {
      size += chunk.length
      try {
        if (size > sizeMaxBytes) throw tooLarge()
        onChunk(chunk)
      } catch (error) {
        incoming.pause()
        end(() => reject(error))
      }
    }
    const onEnd = () => end(resolve)
    const onBroken = (cause?: Error) =>
      end(() =>
        reject(new RequestRefused('broken-off', 'Cannot read image: the connection broke off', { cause })),
      )
    const end = (settle: () => void) => {
      incoming.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
      // An abort that comes later has nobody to tell, and must not end the process for that.
      incoming.on('error', () => undefined)
      settle()
    }
    incoming.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
    if (incoming.destroyed) onBroken()
  })
}
