// Certificate and key of the front door. Both are checked against each other before they are used: a server that is
// given a pair that does not fit fails at each handshake and not at its start.

import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'

export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

export interface TlsPair {
  readonly cert: string
  readonly key: string
}

export function readTlsPair({ certFile, keyFile }: TlsFiles): TlsPair {
  const pair = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
  try {
    createSecureContext(pair)
  } catch (cause) {
    throw new Error(
      `Cannot use certificate "${certFile}": does not fit its key, expected PEM files that belong together`,
      { cause },
    )
  }
  return pair
}
