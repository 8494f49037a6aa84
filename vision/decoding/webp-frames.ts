// How many frames an animated WebP says that it has, by a walk over its chunks (RFC 9649, section 2.3), before anything
// opens it. What is no WebP, or breaks off, has as many as were found.

const HEADER_BYTES = 12
const CHUNK_HEADER_BYTES = 8

export function webpFramesExceed(bytes: Uint8Array, framesMax: number): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WEBP') return false
  let frames = 0
  for (let at = HEADER_BYTES; at + CHUNK_HEADER_BYTES <= file.length; ) {
    if (file.toString('latin1', at, at + 4) === 'ANMF' && ++frames > framesMax) return true
    const size = file.readUInt32LE(at + 4)
    // Chunks begin at even places.
    at += CHUNK_HEADER_BYTES + size + (size % 2)
  }
  return false
}
