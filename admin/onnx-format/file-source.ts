// A file to read pieces of, synchronously: the walk is one loop, and nothing else happens in the process that runs it.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { ByteSource } from './wire-cursor.ts'

export function withFile<T>(file: string, use: (source: ByteSource) => T): T {
  const opened = openSync(file, 'r')
  try {
    return use({
      sizeBytes: fstatSync(opened).size,
      read: (into, position) => readSync(opened, into, 0, into.length, position),
    })
  } finally {
    closeSync(opened)
  }
}
