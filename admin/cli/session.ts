// What every command shares: the connection from flags and environment, and output as text or as JSON.

import path from 'node:path'
import type { Command } from 'commander'
import { type Api, openApi } from '../client/api.ts'

export interface Session {
  readonly api: Api
  readonly isJson: boolean
  /** The answer: `value` with --json, else the text. */
  print(value: unknown, text: string): void
  /** News for a person; never part of the answer. */
  tell(line: string): void
}

export async function openSession(command: Command): Promise<Session> {
  const flags = command.optsWithGlobals<{ json?: boolean; url?: string; home?: string }>()
  const { env } = process
  const api = await openApi({
    url: (flags.url ?? env.TANDEM_URL ?? `http://127.0.0.1:${env.TANDEM_PORT ?? 7400}`).replace(/\/$/, ''),
    home: path.resolve(flags.home ?? env.TANDEM_HOME ?? '.tandem'),
    // Empty is how a shell unsets a variable for one command.
    key: env.TANDEM_API_KEY || undefined,
  })
  const isJson = flags.json === true
  return {
    api,
    isJson,
    print: (value, text) => process.stdout.write(`${isJson ? JSON.stringify(value, null, 2) : text}\n`),
    tell: (line) => void process.stderr.write(`${line}\n`),
  }
}

/** The key that signs manifests, as admin/config.ts finds it. */
export function keyFileOf(command: Command): string {
  const { home } = command.optsWithGlobals<{ home?: string }>()
  const folder = path.resolve(home ?? process.env.TANDEM_HOME ?? '.tandem')
  return process.env.TANDEM_SIGNING_KEY_FILE ?? path.join(folder, 'keys', 'manifest.jwk')
}
