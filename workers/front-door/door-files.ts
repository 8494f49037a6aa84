// The files that the settings of a front door name, read and watched: certificate and key, API keys.

import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { DoorConfig } from '../config.ts'
import { type ApiKey, parseApiKeys } from './api-keys.ts'
import { type Reread, reread } from './reread.ts'
import { readTlsPair, type TlsPair } from './socket/tls-pair.ts'

export interface DoorFiles extends Disposable {
  readonly tls: Reread<TlsPair> | undefined
  readonly apiKeys: (() => readonly ApiKey[]) | undefined
}

/** Throws where a file is missing or cannot be used: a device never starts with less of a lock than it was given. */
export function doorFiles(
  { tls, apiKeysFile }: Omit<DoorConfig, 'announceMs'>,
  log: Logger,
  lookEveryMs?: number,
): DoorFiles {
  const pair = tls && reread([tls.certFile, tls.keyFile], () => readTlsPair(tls), log, lookEveryMs)
  const keys =
    apiKeysFile === undefined
      ? undefined
      : reread(
          [apiKeysFile],
          () => parseApiKeys(readFileSync(apiKeysFile, 'utf8'), apiKeysFile),
          log,
          lookEveryMs,
        )
  return {
    tls: pair,
    apiKeys: keys && (() => keys.current),
    [Symbol.dispose]() {
      pair?.[Symbol.dispose]()
      keys?.[Symbol.dispose]()
    },
  }
}
