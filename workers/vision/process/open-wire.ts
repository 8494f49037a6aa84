// The vision process's end of the stream to its worker. What comes is read into one buffer, again and again: a stream
// that is listened to by `data` takes 64 KB of new memory for every read, and V8 collects its whole heap for every 64 MB
// of those.

import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Frame, frameReader } from '../wire/frames.ts'

/** As much as a unix socket holds by default on Linux (net.core.wmem_default). */
const READ_BYTES = 208 * 1024

export interface Wire {
  readonly stream: Duplex
  onFrame(hear: (frame: Frame) => void): void
}

export function openWire(fd: number): Wire {
  let take: (chunk: Buffer) => void = () => {}
  // Node's types know `onread` of `net.connect` alone.
  const options: SocketConstructorOpts & ConnectOpts = {
    fd,
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback(bytes, buffer) {
        try {
          take(Buffer.from(buffer.buffer, buffer.byteOffset, bytes))
        } catch (error) {
          stream.destroy(error as Error)
        }
        return true
      },
    },
  }
  const stream = new Socket(options)
  return {
    stream,
    onFrame(hear) {
      take = frameReader(hear)
      stream.resume()
    },
  }
}
