// Robots' keys: made with a role, narrowed by scopes, for a time. The token is shown once; the database keeps its hash.

import { ApiKeyDraft, ApiKeyList, ByApiKey } from '#contract/api/access.ts'
import { findApiKeys, insertApiKey, pageApiKeys, revokeApiKey } from '#db/queries/access.ts'
import { mintApiKey } from '../../api-key.ts'
import { isInScope, signatureOf } from '../../auth/actor.ts'
import { PERMISSIONS } from '../../auth/permissions.ts'
import { Refusal } from '../../refusal.ts'
import { mutation, query, router } from '../trpc.ts'

const DAY_MS = 86_400_000

/** One that is spelled wrong would be a key that may do nothing, or less than was meant. */
function requireScopes(scopes: readonly string[]): void {
  const paths = Object.keys(PERMISSIONS)
  const unknown = scopes.find((scope) => !paths.some((path) => isInScope(path, scope)))
  if (unknown === undefined) return
  throw new Refusal(
    'invalid',
    `Cannot make a key with scope "${unknown}": no procedure has it, expected one such as "models" or "models.create"`,
    { field: 'scopes' },
  )
}

export const apiKeysRouter = router({
  list: query.input(ApiKeyList.prefault({})).query(({ ctx, input }) => pageApiKeys(ctx.db, input)),

  add: mutation.input(ApiKeyDraft).mutation(async ({ ctx, input }) => {
    const { name, role, scopes = null, expiresInDays } = input
    if (scopes) requireScopes(scopes)
    const { id, token, hash } = mintApiKey()
    const expiresAt = expiresInDays === undefined ? null : new Date(Date.now() + expiresInDays * DAY_MS)
    await insertApiKey(ctx.db, { id, name, role, hash, scopes, expiresAt, createdBy: signatureOf(ctx.actor) })
    ctx.audit.changed(`key ${id}`, null, { name, role, scopes, expiresAt })
    return { id, name, role, scopes, expiresAt, token }
  }),

  /** At its next call it is nobody's. */
  revoke: mutation.input(ByApiKey).mutation(async ({ ctx, input }) => {
    const keys = await findApiKeys(ctx.db, input.key)
    const [key] = keys
    if (!key) throw new Refusal('not-found', `Cannot find key "${input.key}": none that is good has it`)
    if (keys.length > 1)
      throw new Refusal(
        'conflict',
        `Cannot revoke key "${input.key}": ${keys.length} have the name (${keys.map(({ id }) => id).join(', ')}), expected an id`,
      )
    const revoked = await revokeApiKey(ctx.db, key.id)
    if (revoked) ctx.audit.changed(`key ${key.id}`, { revokedAt: null }, { revokedAt: revoked.revokedAt })
    return { id: key.id, name: key.name, revoked: revoked !== undefined }
  }),
})
