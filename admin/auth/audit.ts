// One call's lines in the audit log: who, from where, what was asked, how it ended, and for each thing that was changed
// in place what it was and what it is. A mutation tells of changes by `ctx.audit.changed`; a call that changes several
// things has a line for each. Secrets never get in: fields by the names that secrets have are left out, at any depth.

import type { Db } from '#db/db.ts'
import { type AuditEntry, writeAudit } from '#db/queries/access.ts'
import { type Actor, signatureOf } from './actor.ts'

export interface Audit {
  /** `subject` is `<noun> <id>`; `before` is null for what is new. What did not change may be left out of both. */
  changed(subject: string, before: unknown, after: unknown): void
}

interface Change {
  readonly subject: string
  readonly before: unknown
  readonly after: unknown
}

export interface Recorder extends Audit {
  readonly changes: readonly Change[]
}

export function openRecorder(): Recorder {
  const changes: Change[] = []
  return {
    changes,
    changed: (subject, before, after) =>
      void changes.push({ subject, before: brief(before), after: brief(after) }),
  }
}

export interface Call {
  readonly actor: Actor | undefined
  readonly address: string | undefined
  readonly action: string
  readonly outcome: string
  readonly input: unknown
}

/** A refused call has changed nothing, whatever it had said by then. */
export async function recordCall(db: Db, call: Call, { changes }: Recorder): Promise<void> {
  const line: AuditEntry = {
    actor: signatureOf(call.actor),
    actorId: call.actor?.id ?? null,
    address: call.address ?? null,
    action: call.action,
    outcome: call.outcome,
    input: brief(call.input),
  }
  const isDone = call.outcome === 'ok' && changes.length > 0
  await writeAudit(db, ...(isDone ? changes.map((change) => ({ ...line, ...change })) : [line]))
}

const SECRET = /pass(word|phrase)|secret|token|hash$|^code$|backupCodes|authorization|cookie/i

/** Above any input's; what an attacker nests deeper would end in the stack. */
const DEPTH_MAX = 12
const KEYS_MAX = 100

/** Long lists (the images of a data set) and texts would fill the log: it keeps their length or beginning. */
function brief(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return briefText(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return `[${value.length} bytes]`
  if (value === null || typeof value !== 'object') return value ?? null
  if (depth > DEPTH_MAX) return '[deeper]'
  const inside = (v: unknown) => brief(v, depth + 1)
  if (Array.isArray(value)) return value.length > 20 ? `[${value.length} entries]` : value.map(inside)
  const entries = Object.entries(value).slice(0, KEYS_MAX)
  return Object.fromEntries(
    entries.map(([key, v]) => [briefText(key), SECRET.test(key) ? '[secret]' : inside(v)]),
  )
}

/** jsonb keeps neither NUL nor half a surrogate pair, and a line must not be lost for them. */
const briefText = (text: string): string => text.slice(0, 1_000).replace(/\0|\p{Surrogate}/gu, '\ufffd')
