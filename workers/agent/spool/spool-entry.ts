// What a spool's line holds: a decision, or an audit of one. Both are numbered in one sequence.

import { DecisionRecord } from '#contract/decision.ts'
import { AuditRecord } from '#contract/observe/audit.ts'

export type SpoolEntry = DecisionRecord | AuditRecord

export const isAudit = (entry: SpoolEntry): entry is AuditRecord => 'kind' in entry

/** Undefined for what a crash left half-written, and for anything that the control plane would refuse. */
export function parseLine(line: string): SpoolEntry | undefined {
  try {
    return checkEntry(JSON.parse(line))
  } catch {
    // Half a line is no JSON.
    return undefined
  }
}

export function checkEntry(json: unknown): SpoolEntry | undefined {
  const isOfAudit = typeof json === 'object' && json !== null && 'kind' in json
  return (isOfAudit ? AuditRecord : DecisionRecord).safeParse(json).data
}
