// Who am I, and the two ways in that need no credentials: the first user of an empty installation, and a new password,
// each by a code that is good once. Signing in itself is better-auth's (admin/auth/auth-routes.ts).

import { Redeem, SetUp } from '#contract/api/access.ts'
import type { Db } from '#db/db.ts'
import { type CodePurpose, consumeCode, isOpenCode, spendCodes } from '#db/queries/access/one-time-codes.ts'
import { hasUsers, insertUser, lockUsers, setPassword } from '#db/queries/access/users.ts'
import { mayCall } from '../../auth/actor.ts'
import { codeHash, hashPassword } from '../../auth/password.ts'
import { PERMISSIONS } from '../../auth/permissions.ts'
import { waitToRedeem } from '../../auth/sign-in-limit.ts'
import { Refusal } from '../../refusal.ts'
import { type ApiContext, openMutation, openQuery, router } from '../trpc.ts'
import { viewOf } from './users.ts'

const VERBS: Record<CodePurpose, string> = { 'set-up': 'set up', password: 'set a password' }

const badCode = (purpose: CodePurpose) =>
  new Refusal(
    'forbidden',
    `Cannot ${VERBS[purpose]}: the code is unknown, used or expired, expected a new one`,
  )

/** The hash of the password, which is made only for who has a code: it costs a third of a second. */
async function hashFor(
  { db, address }: ApiContext,
  purpose: CodePurpose,
  { code, password }: { code: string; password: string },
): Promise<string> {
  const waitMs = await waitToRedeem(db, address)
  if (waitMs > 0)
    throw new Refusal(
      'too-many',
      `Cannot take a code: too many attempts, expected the next in ${Math.ceil(waitMs / 1_000)} s`,
    )
  if (!(await isOpenCode(db, purpose, codeHash(code)))) throw badCode(purpose)
  return hashPassword(password)
}

async function requireNoUsers(db: Db): Promise<void> {
  if (await hasUsers(db))
    throw new Refusal('conflict', 'Cannot set up: there is a user already, expected an admin to add others')
}

export const sessionRouter = router({
  /** `may` lists what the caller may call, by the table of permissions. */
  whoami: openQuery.query(async ({ ctx }) => ({
    actor: ctx.actor ?? null,
    may: Object.keys(PERMISSIONS).filter((path) => mayCall(ctx.actor, path)),
    /** Nobody has been let in yet: the console asks for the set-up code. */
    needsSetUp: ctx.actor === undefined && !(await hasUsers(ctx.db)),
  })),

  /** Only while there is no user; the code is used up in the transaction that makes the first one. */
  setUp: openMutation.input(SetUp).mutation(async ({ ctx, input }) => {
    await requireNoUsers(ctx.db)
    const hash = await hashFor(ctx, 'set-up', input)
    const user = await ctx.db.transaction(async (tx) => {
      await lockUsers(tx)
      await requireNoUsers(tx)
      if (!(await consumeCode(tx, 'set-up', codeHash(input.code)))) throw badCode('set-up')
      const { username, name = username, email = null } = input
      const made = await insertUser(tx, { username, name, email, role: 'admin', createdBy: 'set-up' })
      await setPassword(tx, made.id, hash)
      // Other control planes on the database have codes of their own.
      await spendCodes(tx, 'set-up', null)
      return made
    })
    ctx.audit.changed(`user ${user.id}`, null, viewOf(user))
    return viewOf(user)
  }),

  /** Ends all sessions of the user; they sign in with the new password. */
  redeem: openMutation.input(Redeem).mutation(async ({ ctx, input }) => {
    const hash = await hashFor(ctx, 'password', input)
    const userId = await ctx.db.transaction(async (tx) => {
      const code = await consumeCode(tx, 'password', codeHash(input.code))
      if (!code?.userId) throw badCode('password')
      await setPassword(tx, code.userId, hash)
      return code.userId
    })
    ctx.audit.changed(`user ${userId}`, { credential: 'before' }, { credential: 'new' })
    return { done: true }
  }),
})
