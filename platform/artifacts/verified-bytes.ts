// The same bytes with a check behind the last one, for readers that go through a large artifact once: whatever they
// made of it counts only if this ends well.

import { createHash } from 'node:crypto'
import { ArtifactRefused } from '../artifact-refused.ts'

export async function* verifiedBytes(
  chunks: AsyncIterable<Uint8Array>,
  digest: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
  if (`sha256:${hash.digest('hex')}` !== digest)
    throw new ArtifactRefused('digest-mismatch', `Cannot read artifact "${digest}": its bytes were changed`)
}
