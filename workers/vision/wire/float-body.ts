// Floats as the body of a frame. Both ends are one machine, so its own byte order will do.

/** A copy: floats lie at multiples of four, and a body where the head ends. */
export function floatsOf(body: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(body).buffer)
}
