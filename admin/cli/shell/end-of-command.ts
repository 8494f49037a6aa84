// How a command ends: the code that a script goes by, and the sentence that a person reads. Defects keep their stack.

import { CommanderError } from 'commander'
import { SettingsRefused } from '#platform/settings/settings-file.ts'
import { KeyRefused } from '#platform/signing/key-folder.ts'
import { type Failure, failureOf } from '../../client/api.ts'
import type { ClassifyFailed } from '../../client/classify.ts'

/** Told in the help and in docs/cli.md. */
export const EXIT_CODES = [
  { code: 0, what: 'done' },
  { code: 1, what: 'refused, failed, or “no” as the answer' },
  { code: 2, what: 'a wrong call: unknown command, option or value, or settings that cannot be read' },
  { code: 3, what: 'the control plane or the worker cannot be reached' },
  { code: 4, what: 'not allowed: the key is missing, not valid, or may not do this' },
  { code: 5, what: 'what was named does not exist at the control plane' },
  { code: 130, what: 'interrupted by Ctrl-C; 143 by SIGTERM' },
] as const

const CODE_OF: Record<Failure['reason'], number> = {
  failed: 1,
  unreachable: 3,
  'not-allowed': 4,
  'not-found': 5,
}

const FILE_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EEXIST: 'it exists already',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read only',
}

export const fileWords = ({ code = 'it failed' }: NodeJS.ErrnoException): string => FILE_WORDS[code] ?? code

interface Ending {
  readonly code: number
  readonly sentence?: string
}

/** Undefined where it is a defect. */
export function endingOf(error: unknown): Ending | undefined {
  // Commander has written its own sentence.
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? 0 : 2 }
  if (error instanceof SettingsRefused) return { code: 2, sentence: error.message }
  if (error instanceof KeyRefused) return { code: 1, sentence: error.message }
  const failure = failureOf(error)
  if (failure) return { code: CODE_OF[failure.reason], sentence: failure.sentence }
  return ofFile(error)
}

/** The file system's own errors, where a command knows nothing better to say. */
function ofFile(error: unknown): Ending | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('path' in error)) return undefined
  const { syscall, path } = error
  return {
    code: 1,
    sentence: `Cannot ${syscall} "${path}": ${fileWords(error as NodeJS.ErrnoException)}, expected a path that can be used`,
  }
}

/** As one of ours: a worker that is away is as unreachable as a control plane. */
export const reasonOf = ({ code, status }: ClassifyFailed): Failure['reason'] =>
  code === 'unreachable' ? 'unreachable' : status === 401 || status === 403 ? 'not-allowed' : 'failed'

export const exitCodeLines = (): string =>
  EXIT_CODES.map(({ code, what }) => `  ${String(code).padStart(3)}  ${what}`).join('\n')
