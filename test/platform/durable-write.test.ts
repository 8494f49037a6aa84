// A durable write is whole or did not happen, among fifty writers and on failure, and keeps a secret to its owner.

import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeDurably } from '#platform/durable-write.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-durable-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('writeDurably()', () => {
  test('writes text and bytes, making folders on the way', async () => {
    const file = path.join(folder, 'a', 'b', 'state.json')
    await writeDurably(file, '{}')
    await writeDurably(file, Buffer.from([1, 2]))
    expect([...(await readFile(file))]).toEqual([1, 2])
    expect(await readdir(path.dirname(file))).toEqual(['state.json'])
  })

  test('gives a secret to its owner alone, also where a readable file stood', async () => {
    const file = path.join(folder, 'key')
    await writeFile(file, 'old', { mode: 0o644 })
    await writeDurably(file, 'secret', 0o600)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('of fifty writers at once one wins whole, and no reader sees a mix', async () => {
    const file = path.join(folder, 'state')
    const texts = Array.from({ length: 50 }, (_, i) => String.fromCharCode(65 + (i % 26)).repeat(20_000 + i))
    await writeDurably(file, texts[0]!)
    const seen: string[] = []
    let isDone = false
    const reader = (async () => {
      while (!isDone) seen.push(await readFile(file, 'utf8'))
    })()
    await Promise.all(texts.map((text) => writeDurably(file, text)))
    isDone = true
    await reader
    for (const text of [...seen, await readFile(file, 'utf8')]) expect(texts).toContain(text)
    expect(await readdir(folder)).toEqual(['state'])
  })

  test('that cannot be finished leaves the old file and nothing else', async () => {
    const taken = path.join(folder, 'taken')
    await writeDurably(path.join(taken, 'inside'), 'x') // A folder cannot be replaced by a file.
    await expect(writeDurably(taken, 'y')).rejects.toThrow()
    expect(await readdir(folder)).toEqual(['taken'])
  })
})
