// Rows into one table after the other, in pieces as they come out of a file. COPY takes a stream; this turns it round,
// so that whoever reads the file stays in charge and hears of a bad row where it happens.

import { finished } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams'
import type { TableHead } from './file/backup-format.ts'

export class CopyIn {
  readonly #stream: CopyStreamQuery
  #failure: Error | undefined

  constructor(client: ClientBase, { name, columns }: TableHead) {
    this.#stream = client.query(copyFrom(`copy ${name} (${columns.join(', ')}) from stdin`))
    this.#stream.on('error', (error) => {
      this.#failure ??= error
    })
  }

  write(chunk: Buffer): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) =>
      this.#stream.write(chunk, (error) => (error ? reject(this.#failure ?? error) : resolve())),
    )
  }

  /** Answers how many rows there were. */
  async end(): Promise<number> {
    this.#stream.end()
    await finished(this.#stream)
    return this.#stream.rowCount
  }
}
