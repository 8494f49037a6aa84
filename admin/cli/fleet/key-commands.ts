// The keys that sign manifests, changed while a fleet runs: add one, wait until every device has been told of it, let
// it sign, retire the old one. The commands change files beside the control plane, which reads them when it starts,
// and ask it which devices would be lost: a device believes only keys that it was told of.

import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { JWK } from 'jose'
import { addKey, findKey, KeyRefused, keysOf, retireKey, signByKey } from '#platform/signing/key-folder.ts'
import { CommandFailed } from '../../client/api.ts'
import { keyFileOf, openSession, type Session } from '../session.ts'
import { fileWords } from '../shell/end-of-command.ts'
import { table } from '../table.ts'

const THEN = 'Restart the control plane'

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof KeyRefused)) throw error
    throw new CommandFailed(error.message, { cause: error })
  }
}

/** Refused where the running control plane has not told every device of the key. */
async function requireTrust(session: Session, kid: string, verb: string): Promise<void> {
  const told = (await session.api.trpc.keys.list.query()).items.find((key) => key.kid === kid)
  if (!told)
    throw new CommandFailed(
      `Cannot ${verb}: the running control plane does not know key "${kid}", expected it to be restarted first`,
    )
  if (told.trustedBy < told.devices)
    throw new CommandFailed(
      `Cannot ${verb}: ${told.devices - told.trustedBy} of ${told.devices} devices do not trust key "${kid}" yet ` +
        `(${told.unaware.join(', ')}), expected all; --force leaves them behind, to be enrolled anew`,
    )
}

function addListCommand(keys: Command): void {
  keys
    .command('list')
    .description('keys of the running control plane, and how many devices trust each')
    .action(async (_options, command: Command) => {
      const session = await openSession(command)
      const { items: list } = await session.api.trpc.keys.list.query()
      session.print(
        list,
        table([
          ['key', 'signs', 'trusted by', 'not yet by'],
          ...list.map((key) => [
            key.kid,
            key.signs ? 'yes' : 'no',
            `${key.trustedBy} of ${key.devices}`,
            key.unaware.join(', ') || '-',
          ]),
        ]),
      )
    })
}

function addChangeCommands(keys: Command): void {
  keys
    .command('add')
    .description('make a key that is told to devices and signs nothing yet')
    .option('--public <file>', 'public half, as a JWK, of a key that a sign command keeps elsewhere')
    .action(async (options: { public?: string }, command: Command) => {
      const session = await openSession(command)
      const half = options.public === undefined ? undefined : await readHalf(options.public)
      const key = await inWords(() => addKey(keyFileOf(command), half))
      session.print(
        { kid: key.kid, file: key.file },
        `Key "${key.kid}" in ${key.file}\n${THEN}: it tells devices`,
      )
    })
  keys
    .command('rotate')
    .description('let another key sign; the one that has signed stays known')
    .argument('<key>', 'thumbprint, or the beginning of it')
    .option('--force', 'although devices do not trust it yet', false)
    .action(async (which: string, options: { force: boolean }, command: Command) => {
      const session = await openSession(command)
      const file = keyFileOf(command)
      const { kid } = await inWords(async () => findKey(await keysOf(file), which))
      if (!options.force) await requireTrust(session, kid, `let key "${kid}" sign`)
      await inWords(() => signByKey(file, kid))
      session.print({ kid, file }, `Key "${kid}" signs from ${file}\n${THEN}: it signs with it`)
    })
  keys
    .command('retire')
    .description('delete a key that signs no longer; devices are told to forget it')
    .argument('<key>', 'thumbprint, or the beginning of it')
    .option('--force', 'although devices do not trust the one that signs yet', false)
    .action(async (which: string, options: { force: boolean }, command: Command) => {
      const session = await openSession(command)
      const file = keyFileOf(command)
      const [signing] = await inWords(() => keysOf(file))
      if (!options.force) await requireTrust(session, signing.kid, 'retire a key')
      const { kid } = await inWords(() => retireKey(file, which))
      session.print({ kid }, `Retired key "${kid}"\n${THEN}: devices forget it`)
    })
}

async function readHalf(file: string): Promise<JWK> {
  const expected = 'expected the public half of an Ed25519 key as a JWK'
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CommandFailed(`Cannot read key "${file}": ${fileWords(cause)}, ${expected}`, { cause })
  })
  let jwk: unknown
  try {
    jwk = JSON.parse(text)
  } catch (cause) {
    throw new CommandFailed(`Cannot read key "${file}": it is no JSON, ${expected}`, { cause })
  }
  const { kty, crv, x, d } = (jwk ?? {}) as Record<string, string | undefined>
  if (d !== undefined)
    throw new CommandFailed(`Cannot add key "${file}": it is a private one, expected the public half alone`)
  return { kty, crv, x } as JWK
}

export function addKeyCommands(program: Command): void {
  const keys = program
    .command('keys')
    .description(
      'keys that sign manifests: add, restart, wait for all devices, rotate, restart, retire, restart',
    )
  addListCommand(keys)
  addChangeCommands(keys)
}
