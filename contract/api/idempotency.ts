// Calls that may be repeated without being done twice: with an idempotency key, in the header or as a field of the
// input, the first one's answer is kept for a day and told to every repetition. The key is a secret of the caller, such
// as a random UUID; the same key with another input is refused.

import { z } from 'zod'

export const IDEMPOTENCY_HEADER = 'idempotency-key'

export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{16,200}$/, 'expected 16 to 200 printable characters without spaces')

/** The procedures that heed a key; all that they write is one transaction. Elsewhere a key is ignored. */
export const IDEMPOTENT_CALLS: ReadonlySet<string> = new Set([
  'models.create',
  'datasets.create',
  'devices.createEnrolment',
  'devices.revoke',
  'profiles.create',
  'profiles.cancel',
  'selections.create',
  'evaluations.start',
  'routers.train',
  'routers.importForest',
  'functions.create',
  'rollouts.promote',
  'rollouts.rollback',
  'rollouts.pause',
  'rollouts.resume',
  'rollouts.approve',
  'rollouts.abort',
  'aliases.set',
  'aliases.approve',
  'aliases.protect',
  'edges.declare',
  'edges.revoke',
  'jobs.cancel',
  'users.add',
  'users.setRole',
  'users.disable',
  'users.enable',
  'users.resetPassword',
  'apiKeys.add',
  'apiKeys.revoke',
])
