// The console over HTTP: its files, which never change under their names, and its one page for every other address that a
// browser asks for. The page's policy lets in nothing but its own files: no script and no style in the page itself but
// what carries the nonce of this answer.

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Hono, Context as HttpContext } from 'hono'
import { compress } from 'hono/compress'
import type { ConsoleFiles } from './build-console.ts'

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}
const FILE = /^\/(assets\/[\w.-]+|tandem\.svg)$/
const PLACEHOLDER = 'name="style-nonce" content=""'

export function consoleRoutes(app: Hono, files: ConsoleFiles): void {
  app.get('/assets/:file', compress(), (c) => serveFile(files, c, 'public, max-age=31536000, immutable'))
  app.get('/tandem.svg', (c) => serveFile(files, c, 'public, max-age=3600'))
}

async function serveFile(files: ConsoleFiles, c: HttpContext, caching: string): Promise<Response> {
  const [, name] = FILE.exec(c.req.path) ?? []
  const type = MEDIA_TYPES[path.extname(c.req.path)]
  if (name === undefined || type === undefined) return c.notFound()
  const bytes = await readFile(path.join(await files.folder(), name)).catch(() => undefined)
  if (!bytes) return c.notFound()
  return c.body(new Uint8Array(bytes), 200, {
    'content-type': type,
    'cache-control': caching,
    'x-content-type-options': 'nosniff',
  })
}

/** Does this request want a page? Programs that mistype an address get the API's own answer. */
export const wantsPage = (c: HttpContext): boolean =>
  c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html')

export async function servePage(files: ConsoleFiles, c: HttpContext): Promise<Response> {
  const nonce = randomBytes(16).toString('base64')
  const page = await readFile(path.join(await files.folder(), 'index.html'), 'utf8')
  return c.html(page.replace(PLACEHOLDER, `name="style-nonce" content="${nonce}"`), 200, {
    'content-security-policy': policy(nonce),
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
}

const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
