// The real vision process with a fault for bytes that ask for one: what follows the marker at an image's end (where
// decoders do not look) is done to the process as it takes the call.

import { openWire } from '#workers/vision/process/open-wire.ts'
import { serveVision } from '#workers/vision/process/serve-vision.ts'

const MARKER = 'harm:'

serveVision(openWire(3), (_, body) => {
  const text = body.subarray(-64).toString('latin1')
  const at = text.lastIndexOf(MARKER)
  if (at < 0) return
  const harm = text.slice(at + MARKER.length)
  // As a native crash ends: SIGABRT, with no handler asked.
  if (harm === 'abort') process.abort()
  if (harm === 'hang') for (;;) Math.random()
  if (harm === 'bloat') keep(Buffer.alloc(700 * 2 ** 20, 1))
})

const kept: Buffer[] = []
/** Longer than two looks at it are apart, and shorter than a stall. */
const SEEN_MS = 400
function keep(bytes: Buffer): void {
  kept.push(bytes)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SEEN_MS)
}
