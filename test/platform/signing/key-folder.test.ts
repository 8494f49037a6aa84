// The keys that sign manifests, as files: changes that crash anywhere leave a key that signs and lose none.

import { chmod, chown, copyFile, mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openManifestSigner } from '#admin/manifest-signer.ts'
import { injectFaults } from '#platform/fault-point.ts'
import { addKey, keysOf, retireKey, signByKey } from '#platform/signing/key-folder.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'

let folder: TempFolder
let file: string
let first: string
beforeEach(async () => {
  folder = await tempFolder('keys')
  file = path.join(folder.path, 'keys', 'manifest.jwk')
  first = (await openManifestSigner(folder.path)).publicKey.kid
})
afterEach(async () => {
  injectFaults(undefined)
  await folder[Symbol.asyncDispose]()
})

const kids = async () => (await keysOf(file)).map(({ kid }) => kid)
const told = async () => (await openManifestSigner(folder.path)).publicKeys.map(({ kid }) => kid)

test('add, rotate, retire: each start tells the keys that are good now, the one that signs first', async () => {
  const { kid: next, file: made } = await addKey(file)
  expect((await stat(made)).mode & 0o777).toBe(0o600)
  expect(await told()).toEqual([first, next])
  expect(await signByKey(file, next.slice(0, 6))).toMatchObject({ kid: next, isPrivate: true })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await told()).toEqual([next, first])
  await retireKey(file, first)
  expect(await told()).toEqual([next])
})

test('doing it twice is doing it once, and a rotation can be taken back', async () => {
  const { kid: next } = await addKey(file)
  for (let i = 0; i < 2; i++) await signByKey(file, next)
  expect(await kids()).toEqual([next, first])
  await signByKey(file, first)
  expect(await kids()).toEqual([first, next])
})

test('a public half is added once, and tells devices of a key that is kept elsewhere', async () => {
  const { kty, crv, x } = await exportJWK((await generateKeyPair('EdDSA', { extractable: true })).publicKey)
  const half = { kty, crv, x } as Parameters<typeof addKey>[1]
  const added = await addKey(file, half)
  expect(added.isPrivate).toBe(false)
  expect((await addKey(file, half)).file).toBe(added.file)
  expect(await kids()).toEqual([first, added.kid])
})

describe('refuses', () => {
  test('to retire the key that signs', async () => {
    await expect(retireKey(file, first)).rejects.toThrow(`Cannot retire key "${first}": it signs`)
  })

  test('a key that is not there, naming those that are', async () => {
    await expect(signByKey(file, 'nothing')).rejects.toThrow(
      `Cannot find key "nothing": there is none, expected one of ${first}`,
    )
  })

  test('a beginning that several keys have', async () => {
    await addKey(file)
    await expect(signByKey(file, '')).rejects.toThrow('there are 2 of that beginning')
  })

  test('a folder where no control plane has started', async () => {
    await expect(addKey(path.join(folder.path, 'elsewhere', 'manifest.jwk'))).rejects.toThrow()
  })
})

describe('a crash at each durable step of', () => {
  /** Keys of a folder that is struck at the n-th step, from the same start each time; undefined: it had fewer. */
  async function struckAt(n: number, change: (file: string) => Promise<unknown>) {
    const home = path.join(folder.path, `struck-${n}`)
    const struck = path.join(home, 'keys', 'manifest.jwk')
    await mkdir(path.dirname(struck), { recursive: true })
    for (const key of await keysOf(file))
      await copyFile(key.file, path.join(path.dirname(struck), path.basename(key.file)))
    let steps = 0
    injectFaults(async (_point, run) => {
      if (++steps >= n) throw new Error('struck')
      return run()
    })
    const isWhole = await change(struck).then(
      () => true,
      () => false,
    )
    injectFaults(undefined)
    return isWhole ? undefined : (await keysOf(struck)).map(({ kid }) => kid)
  }

  test.each([
    ['a rotation', (next: string) => (at: string) => signByKey(at, next)],
    ['an addition', () => (at: string) => addKey(at)],
  ])('%s: a key signs, and none is lost', async (_, change) => {
    const { kid: next } = await addKey(file)
    let n = 1
    for (let after = await struckAt(n, change(next)); after; after = await struckAt(++n, change(next))) {
      expect([first, next]).toContain(after[0])
      expect(after).toEqual(expect.arrayContaining([first, next]))
    }
    expect(n).toBeGreaterThan(4)
  })
})

test.skipIf(process.getuid?.() !== 0)(
  'refuses a user who would leave files that the service cannot read',
  async () => {
    await chown(path.dirname(file), 12_345, 12_345)
    await chmod(path.dirname(file), 0o755)
    await expect(addKey(file)).rejects.toThrow(/you are user 0, expected its owner, user 12345/)
    expect(JSON.parse(await readFile(file, 'utf8'))).toHaveProperty('d')
  },
)
