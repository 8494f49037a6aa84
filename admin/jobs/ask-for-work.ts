// How the API asks for work: a job of the caller's, or the one that is under way for the same already, since a second
// click means the first.

import type { WorkKind } from '#contract/api/jobs.ts'
import { ensureJob, type JobRow } from '#db/queries/jobs/jobs.ts'
import { digestOf } from '#platform/artifact-store.ts'
import { type Actor, signatureOf } from '../auth/actor.ts'
import type { Context } from '../context.ts'

export interface Asking extends Pick<Context, 'db'> {
  readonly actor: Actor
}

/** `subject` is what has a row of its own. Keys of `input` in the same order are the same input. */
export async function askForWork(
  { db, actor }: Asking,
  kind: WorkKind,
  input: Readonly<Record<string, unknown>>,
  subject?: string,
): Promise<JobRow> {
  const { job } = await ensureJob(db, {
    ...{ kind, input, sameKey: digestOf(JSON.stringify(input)), askedBy: signatureOf(actor) },
    ...(subject === undefined ? {} : { subject }),
  })
  return job
}
