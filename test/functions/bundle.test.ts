// A bundle is one small module that imports nothing, the same bytes on every machine.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { bundleFunction } from '#platform/bundle-function.ts'

const CLASSIFY = path.resolve(import.meta.dirname, '../../functions/classify/classify.ts')

describe('bundleFunction()', () => {
  test('makes the classify function one small module that imports nothing', async () => {
    const code = await bundleFunction(CLASSIFY)
    expect(Buffer.byteLength(code)).toBeLessThan(100_000)
    expect(code).not.toMatch(/^\s*import\b|\bimport\(|node:|\brequire\(/m)
    expect(code).not.toMatch(/\bzod\b/i)
    expect(code).toMatch(/^export \{\n {2}\w+ as default\n\};$/m)
  })

  test('makes the same bytes each time, and names no folder of this machine', async () => {
    const [one, other] = await Promise.all([bundleFunction(CLASSIFY), bundleFunction(CLASSIFY)])
    expect(one).toBe(other)
    expect(one).not.toContain(path.dirname(CLASSIFY))
  })

  test('refuses a function that imports from Node', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-'))
    const entry = path.join(folder, 'nosy.ts')
    await writeFile(
      entry,
      "import { readFileSync } from 'node:fs'\nexport default { fetch: () => readFileSync('/') }\n",
    )
    await expect(bundleFunction(entry)).rejects.toThrow('Could not resolve "node:fs"')
    await rm(folder, { recursive: true })
  })
})
