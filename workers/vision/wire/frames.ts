// Messages on a stream: two lengths (little-endian, four bytes each), a head in JSON, a body of bytes. A unix socket
// with these takes 0.06 ms for a round trip with 100 KB; Node's own IPC channel takes 0.15, since it serializes.
// Both ends are ours, but one of them opens files of strangers: what is longer than any honest message ends the
// stream instead of filling the memory of the other.

import type { Duplex } from 'node:stream'

export interface Frame {
  readonly head: unknown
  readonly body: Buffer
}

/** A description of a model with all its names is some KB; 29 features are one. */
const HEAD_MAX_BYTES = 4 * 2 ** 20
/** Sixteen images as large as the front door takes them. */
const BODY_MAX_BYTES = 256 * 2 ** 20

const PREFIX_BYTES = 8

export function sendFrame(stream: Duplex, head: object, body: readonly Uint8Array[] = []): void {
  const text = Buffer.from(JSON.stringify(head))
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.writeUInt32LE(text.length, 0)
  prefix.writeUInt32LE(
    body.reduce((sum, part) => sum + part.length, 0),
    4,
  )
  stream.cork()
  stream.write(Buffer.concat([prefix, text]))
  for (const part of body) if (part.length > 0) stream.write(part)
  stream.uncork()
}

/** Destroys the stream where what comes is no frame. */
export function onFrames(stream: Duplex, hear: (frame: Frame) => void): void {
  let chunks: Buffer[] = []
  let bytes = 0
  let wanted: { readonly head: number; readonly all: number } | undefined
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    for (;;) {
      if (bytes < (wanted?.all ?? PREFIX_BYTES)) return
      const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      chunks = [all]
      if (wanted === undefined) {
        const [head, body] = [all.readUInt32LE(0), all.readUInt32LE(4)]
        if (head > HEAD_MAX_BYTES || body > BODY_MAX_BYTES)
          return void stream.destroy(new RangeError(`Cannot read frame: has ${head} and ${body} bytes`))
        wanted = { head, all: PREFIX_BYTES + head + body }
        continue
      }
      const bodyAt = PREFIX_BYTES + wanted.head
      const head = JSON.parse(all.toString('utf8', PREFIX_BYTES, bodyAt))
      const body = all.subarray(bodyAt, wanted.all)
      chunks = bytes > wanted.all ? [all.subarray(wanted.all)] : []
      bytes -= wanted.all
      wanted = undefined
      hear({ head, body })
    }
  })
}
