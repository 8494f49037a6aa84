// The body of one request as parts of an upload. Each part is written under a number of its own before the row tells of
// it: a request that has lost the upload to another one meanwhile can write, but never be counted. What comes behind the
// last whole part is kept only where the store takes a part so small; the client sends it again.

import {
  addPart,
  extendHold,
  type Hold,
  takePartNumber,
  type UploadRow,
} from '#db/queries/storage/uploads.ts'
import type { StagedUpload } from '#platform/artifacts/artifacts.ts'
import { inParts } from '#platform/artifacts/s3/in-parts.ts'
import { Refusal } from '../refusal.ts'
import type { UploadPorts } from './uploads.ts'

/** Held in memory, once for each request. */
const PART_BYTES = 8 * 1024 ** 2
const EXTEND_EVERY_MS = 5_000

/** Another request holds the upload now. */
export class UploadLost extends Error {
  override readonly name = 'UploadLost'
}

type Ports = Pick<UploadPorts, 'db' | 'artifacts'> & { readonly hold: Hold; readonly staged: StagedUpload }

/** The row as it is then. Throws a Refusal where the connection broke off, once what came is kept. */
export async function receiveParts(
  ports: Ports,
  row: UploadRow,
  body: AsyncIterable<Uint8Array>,
): Promise<UploadRow> {
  const { parts } = ports.artifacts
  const line = new Line(ports, row, body)
  let now = row
  for await (const { bytes } of inParts(line.chunks(), PART_BYTES)) {
    const isLast = now.offsetBytes + bytes.length === now.sizeBytes
    if (bytes.length === 0) break
    if (bytes.length < parts.partMinBytes && !isLast) {
      if (now === row) line.end ??= tooFew(row, bytes.length, parts.partMinBytes)
      break
    }
    const number = await takePartNumber(ports.db, ports.hold)
    if (number === undefined) throw new UploadLost()
    const tag = await parts.write(ports.staged, number, bytes)
    const next = await addPart(ports.db, ports.hold, { number, sizeBytes: bytes.length, tag })
    if (!next) throw new UploadLost()
    now = next
  }
  if (line.end !== undefined) throw line.end
  return now
}

/** The client would send the same again and again. */
const tooFew = ({ digest }: UploadRow, bytes: number, least: number) =>
  new Refusal(
    'invalid',
    `Cannot go on with upload "${digest}": ${bytes} bytes came, expected at least ${least} in every request but the last`,
  )

/** Chunks as they come. Why they ended early is kept, not thrown: those before it count. */
class Line {
  end: Error | undefined
  readonly #ports: Ports
  readonly #body: AsyncIterable<Uint8Array>
  readonly #digest: string
  #leftBytes: number
  #extendedAt = performance.now()

  constructor(ports: Ports, { digest, sizeBytes, offsetBytes }: UploadRow, body: AsyncIterable<Uint8Array>) {
    this.#ports = ports
    this.#leftBytes = sizeBytes - offsetBytes
    this.#body = body
    this.#digest = digest
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#body) {
        this.#leftBytes -= chunk.length
        if (this.#leftBytes < 0) {
          this.end = new Refusal(
            'too-large',
            `Cannot go on with upload "${this.#digest}": more bytes came than it has`,
          )
          return
        }
        await this.#extend()
        yield chunk
      }
    } catch (cause) {
      if (cause instanceof UploadLost) throw cause
      this.end = new Refusal(
        'invalid',
        `Cannot go on with upload "${this.#digest}": the connection broke off`,
        {
          cause,
        },
      )
    }
  }

  /** While bytes come the upload is held, however slowly. */
  async #extend(): Promise<void> {
    if (performance.now() - this.#extendedAt < EXTEND_EVERY_MS) return
    if (!(await extendHold(this.#ports.db, this.#ports.hold))) throw new UploadLost()
    this.#extendedAt = performance.now()
  }
}
