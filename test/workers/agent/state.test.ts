// What a device remembers across power cuts. A file that cannot be read must never keep it from starting.

import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { type DeviceState, readState, writeState } from '#workers/agent/state.ts'

const EMPTY: DeviceState = { current: null, previous: null, sequence: 0 }
const FULL: DeviceState = {
  current: { jws: 'a.b.c', etag: '"two"' },
  previous: { jws: 'd.e.f', etag: '"one"' },
  sequence: 2,
}

let home: TempFolder
beforeEach(async () => {
  home = await tempFolder('state')
})
afterEach(() => home[Symbol.asyncDispose]())

describe('readState()', () => {
  test('is empty and undamaged before anything was remembered', async () => {
    expect(await readState(home.path)).toEqual({ state: EMPTY, damaged: false })
  })

  test('gives back what was written, and leaves no other file behind', async () => {
    await writeState(home.path, { ...FULL, sequence: 1 })
    await writeState(home.path, FULL)
    expect(await readState(home.path)).toEqual({ state: FULL, damaged: false })
    expect(await readdir(home.path)).toEqual(['state.json'])
  })

  const whole = JSON.stringify(FULL)
  test.each([
    ['empty', ''],
    ['cut short', whole.slice(0, whole.length / 2)],
    ['full of zeros, as some file systems leave it', '\0'.repeat(200)],
    ['JSON of something else', '[]'],
    ['a sequence below zero', JSON.stringify({ ...FULL, sequence: -1 })],
  ])('counts a file that is %s as none, and says so', async (_name, text) => {
    await writeFile(path.join(home.path, 'state.json'), text)
    expect(await readState(home.path)).toEqual({ state: EMPTY, damaged: true })
  })
})
