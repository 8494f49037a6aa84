// People: let in, given a role, shut out. Nobody is deleted: the audit log names them. There is always an admin left
// who can sign in.

import { ByUser, PasswordReset, UserDraft, UserList, UserRole } from '#contract/api/access.ts'
import { type Db, isUniqueViolation } from '#db/db.ts'
import { spendCodes } from '#db/queries/access/one-time-codes.ts'
import {
  dropSecondFactor,
  emailOf,
  endSessions,
  findUser,
  insertUser,
  lockUsers,
  otherAdmins,
  pageUsers,
  setPassword,
  type UserRow,
  updateUser,
} from '#db/queries/access/users.ts'
import { signatureOf } from '../../auth/actor.ts'
import { type IssuedCode, issuePasswordCode } from '../../auth/one-time-code.ts'
import { hashPassword } from '../../auth/password.ts'
import { found, Refusal } from '../../refusal.ts'
import { mutation, query, router } from '../trpc.ts'

export const viewOf = (user: UserRow) => ({
  id: user.id,
  username: user.username,
  name: user.name,
  email: emailOf(user),
  role: user.role,
  disabledAt: user.disabledAt,
  twoFactorEnabled: user.twoFactorEnabled,
})

/** The user, under the lock of all of them. */
async function claim(tx: Db, which: string): Promise<UserRow> {
  await lockUsers(tx)
  return found(await findUser(tx, which), 'user', which)
}

async function requireOtherAdmin(tx: Db, user: UserRow, verb: string): Promise<void> {
  if (user.role === 'admin' && user.disabledAt === null && (await otherAdmins(tx, user.id)) === 0)
    throw new Refusal(
      'conflict',
      `Cannot ${verb} user "${user.username}": no other admin could sign in, expected one first`,
    )
}

export const usersRouter = router({
  list: query.input(UserList.prefault({})).query(async ({ ctx, input }) => {
    const { items, nextCursor } = await pageUsers(ctx.db, input)
    const view = (user: (typeof items)[number]) => ({
      ...viewOf(user),
      sessions: user.sessions,
      lastSeenAt: user.lastSeenAt,
      createdAt: user.createdAt,
      createdBy: user.createdBy,
    })
    return { items: items.map(view), nextCursor }
  }),

  /** Where no password is given: answers a code, shown once, by which the user sets one. */
  add: mutation.input(UserDraft).mutation(async ({ ctx, input }) => {
    const { username, name = username, email = null, role, password } = input
    const hash = password === undefined ? undefined : await hashPassword(password)
    const createdBy = signatureOf(ctx.actor)
    try {
      const made = await ctx.db.transaction(async (tx) => {
        await lockUsers(tx)
        const user = await insertUser(tx, { username, name, email, role, createdBy })
        // The installation is no longer empty: whoever finds the set-up code later finds nothing.
        await spendCodes(tx, 'set-up', null)
        let issued: IssuedCode | undefined
        if (hash === undefined) issued = await issuePasswordCode(tx, user.id, createdBy)
        else await setPassword(tx, user.id, hash)
        return { user: viewOf(user), code: issued?.code ?? null, expiresAt: issued?.expiresAt ?? null }
      })
      ctx.audit.changed(`user ${made.user.id}`, null, made.user)
      return made
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw new Refusal(
        'conflict',
        `Cannot add user "${username}": the name or the address is taken, expected another`,
        { cause: error },
      )
    }
  }),

  setRole: mutation.input(UserRole).mutation(async ({ ctx, input }) => {
    const [before, after] = await ctx.db.transaction(async (tx) => {
      const user = await claim(tx, input.user)
      if (input.role !== 'admin') await requireOtherAdmin(tx, user, 'demote')
      return [user, await updateUser(tx, user.id, { role: input.role })]
    })
    ctx.audit.changed(`user ${after.id}`, viewOf(before), viewOf(after))
    return viewOf(after)
  }),

  /** Ends the sessions: the user changes nothing from now on, and reads nothing after a minute. */
  disable: mutation.input(ByUser).mutation(async ({ ctx, input }) => {
    const [before, after] = await ctx.db.transaction(async (tx) => {
      const user = await claim(tx, input.user)
      await requireOtherAdmin(tx, user, 'disable')
      await endSessions(tx, user.id)
      await spendCodes(tx, 'password', user.id)
      return [user, await updateUser(tx, user.id, { disabledAt: user.disabledAt ?? new Date() })]
    })
    ctx.audit.changed(`user ${after.id}`, viewOf(before), viewOf(after))
    return viewOf(after)
  }),

  enable: mutation.input(ByUser).mutation(async ({ ctx, input }) => {
    const [before, after] = await ctx.db.transaction(async (tx) => {
      const user = await claim(tx, input.user)
      return [user, await updateUser(tx, user.id, { disabledAt: null })]
    })
    ctx.audit.changed(`user ${after.id}`, viewOf(before), viewOf(after))
    return viewOf(after)
  }),

  /** Answers a code, shown once. Until it is used the user signs in as before. */
  resetPassword: mutation.input(PasswordReset).mutation(async ({ ctx, input }) => {
    const [user, issued] = await ctx.db.transaction(async (tx) => {
      const row = await claim(tx, input.user)
      if (row.disabledAt !== null)
        throw new Refusal('conflict', `Cannot reset user "${row.username}": is disabled, expected enabled`)
      if (input.dropSecondFactor) await dropSecondFactor(tx, row.id)
      return [row, await issuePasswordCode(tx, row.id, signatureOf(ctx.actor))]
    })
    const after = input.dropSecondFactor ? { ...viewOf(user), twoFactorEnabled: false } : viewOf(user)
    ctx.audit.changed(`user ${user.id}`, viewOf(user), after)
    return issued
  }),
})
