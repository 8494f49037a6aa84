// What a device remembers across power cuts. A file that cannot be read must never keep it from starting, and no
// single one may make it forget what it has seen.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import {
  type DeviceState,
  readState,
  type Seen,
  trustedNow,
  writeSeen,
  writeState,
} from '#workers/agent/state.ts'

const EMPTY: DeviceState = { current: null, previous: null, sequence: 0 }
const FULL: DeviceState = {
  current: { jws: 'a.b.c', etag: '"two"' },
  previous: { jws: 'd.e.f', etag: '"one"' },
  sequence: 2,
}
const SEEN: Seen = { sequence: 3, issuedAt: '2026-01-02T00:00:00.000Z' }
const FILES = ['seen.backup.json', 'seen.json', 'state.backup.json', 'state.json']

let home: TempFolder
beforeEach(async () => {
  home = await tempFolder('state')
})
afterEach(() => home[Symbol.asyncDispose]())

const file = (name: string) => path.join(home.path, name)
const whole = JSON.stringify(FULL)

/** What may happen to a file that is not a crash. */
const DAMAGES: [string, (name: string) => Promise<void>][] = [
  ['gone', (name) => rm(file(name))],
  ['empty', (name) => writeFile(file(name), '')],
  ['cut short', async (name) => writeFile(file(name), (await readFile(file(name), 'utf8')).slice(0, -7))],
  ['full of zeros, as some file systems leave it', (name) => writeFile(file(name), '\0'.repeat(200))],
  ['JSON of something else', (name) => writeFile(file(name), '[]')],
  [
    'JSON still, with one letter changed',
    async (name) => writeFile(file(name), (await readFile(file(name), 'utf8')).replace(/a\.b|2026/, 'x')),
  ],
]

describe('readState()', () => {
  test('is empty and undamaged before anything was remembered', async () => {
    expect(await readState(home.path)).toMatchObject({ state: EMPTY, damaged: [], isLost: false })
  })

  test('gives back what was written, and leaves no other file behind', async () => {
    await writeSeen(home.path, SEEN)
    await writeState(home.path, { ...FULL, sequence: 1 })
    await writeState(home.path, FULL)
    expect(await readState(home.path)).toMatchObject({ state: FULL, seen: SEEN, damaged: [], isLost: false })
    expect((await readdir(home.path)).sort()).toEqual(FILES)
  })

  describe.each(FILES)('with %s', (name) => {
    test.each(DAMAGES)('%s knows all that it knew, says so, and heals', async (_, damage) => {
      await writeSeen(home.path, SEEN)
      await writeState(home.path, FULL)
      await damage(name)
      const left = await readState(home.path)
      expect(left).toMatchObject({ state: FULL, seen: SEEN, damaged: [name], isLost: false })
      await left.heal()
      expect(await readState(home.path)).toMatchObject({ state: FULL, seen: SEEN, damaged: [] })
    })
  })

  describe.each(DAMAGES)('with both copies %s', (_, damage) => {
    test('of the state has nothing to boot, and still knows what it has seen', async () => {
      await writeSeen(home.path, SEEN)
      await writeState(home.path, FULL)
      for (const name of ['state.json', 'state.backup.json']) await damage(name)
      expect(await readState(home.path)).toMatchObject({ state: EMPTY, seen: SEEN, isLost: true })
    })

    test('of what was seen knows what it has installed', async () => {
      await writeSeen(home.path, SEEN)
      await writeState(home.path, FULL)
      for (const name of ['seen.json', 'seen.backup.json']) await damage(name)
      expect(await readState(home.path)).toMatchObject({
        state: FULL,
        seen: { sequence: FULL.sequence },
        isLost: false,
      })
    })
  })

  test('takes the newer of two copies that a crash left different', async () => {
    await writeState(home.path, { ...FULL, sequence: 1 })
    await writeFile(file('state.backup.json'), whole)
    const left = await readState(home.path)
    expect(left).toMatchObject({ state: FULL, damaged: [] })
    await left.heal()
    expect(JSON.parse(await readFile(file('state.json'), 'utf8'))).toMatchObject(FULL)
  })

  test('reads the one file of an older build', async () => {
    await writeFile(file('state.json'), whole)
    expect(await readState(home.path)).toMatchObject({ state: FULL, seen: { sequence: 2 }, isLost: false })
  })

  test('counts a sequence below zero as damage', async () => {
    await writeFile(file('state.json'), JSON.stringify({ ...FULL, sequence: -1 }))
    expect(await readState(home.path)).toMatchObject({ state: EMPTY, isLost: true })
  })
})

test.each([
  ['the clock, where it is ahead', '2027-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['the newest manifest, where the clock was never set', '1970-01-01T00:00:03.000Z', SEEN.issuedAt],
])('trustedNow() is %s', (_, clock, now) => {
  expect(trustedNow(new Date(clock), SEEN)).toEqual(new Date(now))
})
