// The console as a control plane builds it: for production whatever the control plane itself runs as, and small enough
// that a page is there before somebody has waited for it.

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consoleFiles } from '#admin/console-host/build-console.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'

const FIRST_PAGE_MAX_KB = 300
const STATIC_IMPORT = /(?:\bfrom|\bimport)\s*"\.\/([^"]+\.js)"/g

let home: TempFolder
let folder: string
beforeAll(async () => {
  home = await tempFolder('console-files')
  folder = await consoleFiles(home.path).folder()
}, 120_000)
afterAll(() => home[Symbol.asyncDispose]())

const script = (name: string): Promise<string> => readFile(path.join(folder, 'assets', name), 'utf8')

/** The scripts that have to be there before `names` run. */
async function needed(names: readonly string[], seen = new Set<string>()): Promise<Set<string>> {
  for (const name of names) {
    if (seen.has(name)) continue
    seen.add(name)
    await needed(
      [...(await script(name)).matchAll(STATIC_IMPORT)].map(([, file]) => file!),
      seen,
    )
  }
  return seen
}

test('no script is for development, though NODE_ENV says test', async () => {
  expect(process.env.NODE_ENV).toBe('test')
  const names = (await readdir(path.join(folder, 'assets'))).filter((name) => name.endsWith('.js'))
  const texts = await Promise.all(names.map(script))
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter((_, i) => /jsxDEV|react-dom(-client)?\.development/.test(texts[i]!))).toEqual([])
})

test('the first page and its charts take less than 300 KB of script, gzipped', async () => {
  const html = await readFile(path.join(folder, 'index.html'), 'utf8')
  const entries = [...html.matchAll(/assets\/([^"]+\.js)"/g)].map(([, name]) => name!)
  const lazy = (await readdir(path.join(folder, 'assets'))).filter((name) =>
    /^(overview-page|offload-chart|scatter-chart)-.*js$/.test(name),
  )
  expect(lazy.length).toBeGreaterThan(0)
  const scripts = await needed([...entries, ...lazy])
  const sizes = await Promise.all([...scripts].map(async (name) => gzipSync(await script(name)).byteLength))
  const kb = sizes.reduce((sum, bytes) => sum + bytes, 0) / 1_024
  expect(kb).toBeLessThan(FIRST_PAGE_MAX_KB)
  expect(kb).toBeGreaterThan(100)
})
