// Counts and hashes bytes on their way into a store, so that whatever is kept under a digest was seen by us to have it.

import { createHash } from 'node:crypto'
import type { ArtifactRef } from '#contract/digest.ts'
import { ArtifactRefused } from '../artifact-refused.ts'
import type { Chunks, Expectation } from './artifacts.ts'

export class MeasuredBytes {
  readonly #expected: Expectation
  readonly #hash = createHash('sha256')
  #sizeBytes = 0

  constructor(expected: Expectation) {
    this.#expected = expected
  }

  /** The same chunks; throws at the one that is over the cap, before it is passed on. */
  async *through(chunks: Chunks): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#sizeBytes += chunk.length
      if (this.#sizeBytes > this.#expected.sizeMaxBytes)
        throw new ArtifactRefused(
          'too-large',
          `Cannot store artifact: is over ${this.#expected.sizeMaxBytes} bytes`,
        )
      this.#hash.update(chunk)
      yield chunk
    }
  }

  /** Once all have passed: what they are, or why they are not what was expected. */
  verify(): ArtifactRef {
    const { digest: wanted, sizeBytes: wantedBytes } = this.#expected
    const ref = { digest: `sha256:${this.#hash.digest('hex')}`, sizeBytes: this.#sizeBytes }
    if (wanted !== undefined && wanted !== ref.digest)
      throw new ArtifactRefused(
        'digest-mismatch',
        `Cannot store artifact "${wanted}": bytes are ${ref.digest}`,
      )
    if (wantedBytes !== undefined && wantedBytes !== ref.sizeBytes)
      throw new ArtifactRefused(
        'size-mismatch',
        `Cannot store artifact "${ref.digest}": is ${ref.sizeBytes} bytes, expected ${wantedBytes}`,
      )
    return ref
  }
}
