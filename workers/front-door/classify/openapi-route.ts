// GET /v1/openapi.json: the document as it is written in docs/, since making it would load what a device needs for
// nothing else and hold up everybody's images for as long. Where docs/ was left out of an installation it is made.

import { readFile } from 'node:fs/promises'
import type { Context } from 'hono'

const FILE = new URL('../../../docs/openapi-classify.json', import.meta.url)

export function openApiRoute() {
  let text: string | undefined
  return async (c: Context) => {
    text ??= await written()
    return c.body(text, 200, { 'content-type': 'application/json' })
  }
}

async function written(): Promise<string> {
  try {
    return JSON.stringify(JSON.parse(await readFile(FILE, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const { openApiDocument } = await import('./openapi-document.ts')
    return JSON.stringify(openApiDocument())
  }
}
