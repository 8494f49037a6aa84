// What a server called the version whose beginning was kept (its ETag), beside the kept bytes, so that another run can ask
// for the rest of that version and of no other. Losing one costs nothing but certainty: the digest has the last word.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Digest } from '#contract/digest.ts'
import { remove } from '#platform/durable-files.ts'
import { writeDurably } from '#platform/durable-write.ts'

const Kept = z.object({ url: z.string(), etag: z.string() })

export interface Validators {
  /** Of the bytes that were kept of `digest`, if they came from there. */
  of(digest: string, url: string): Promise<string | undefined>
  remember(digest: string, url: string, etag: string | undefined): Promise<void>
  forget(digest: string): Promise<void>
}

export function validatorsIn(folder: string): Validators {
  const fileOf = (digest: string) => path.join(folder, `${Digest.parse(digest).slice('sha256:'.length)}.json`)
  const forget = (digest: string) => remove(fileOf(digest))
  return {
    async of(digest, url) {
      const text = await readFile(fileOf(digest), 'utf8').catch(() => undefined)
      const kept = text === undefined ? undefined : parsed(text)
      return kept?.url === url ? kept.etag : undefined
    },
    remember: (digest, url, etag) =>
      etag === undefined ? forget(digest) : writeDurably(fileOf(digest), JSON.stringify({ url, etag })),
    forget,
  }
}

function parsed(text: string): z.infer<typeof Kept> | undefined {
  try {
    return Kept.parse(JSON.parse(text))
  } catch {
    // Cut short by whatever ended the run before.
    return undefined
  }
}
