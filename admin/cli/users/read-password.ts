// A password from a person, typed twice and not shown, or from a pipe. Never from the command line: every user of the
// machine reads those.

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { PASSWORD_MIN } from '#contract/api/access.ts'
import { CommandFailed } from '../../client/api.ts'

const { stdin, stderr } = process

/** The first line of stdin. */
export async function passwordFromPipe(): Promise<string> {
  const [line = ''] = (await text(stdin)).split('\n')
  return line.replace(/\r$/, '')
}

export async function passwordFromPerson(): Promise<string> {
  if (!stdin.isTTY)
    throw new CommandFailed(
      'Cannot ask for a password: there is no terminal, expected --password-stdin or --invite',
    )
  const password = await ask(`Password (at least ${PASSWORD_MIN} characters): `)
  if ((await ask('Once more: ')) !== password)
    throw new CommandFailed('Cannot take the password: the two differ, expected the same twice')
  return password
}

async function ask(question: string): Promise<string> {
  stderr.write(question)
  // What is typed would be echoed here.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true })
  try {
    return await lines.question('')
  } finally {
    lines.close()
    stderr.write('\n')
  }
}
