// How often somebody may try to sign in as one user. Beside the limit of an address (open-auth.ts), which guessing from
// many addresses passes by, each account has one: ten attempts, then one every ten seconds, 8,640 a day. Refused ones
// count for nothing, so nobody is locked out for ever by a stranger who keeps trying. Nor for the while that the
// stranger tries: an address from which the user has an open session has a limit of its own.

import type { Db } from '#db/db.ts'
import { type AttemptLimit, takeAttempt } from '#db/queries/access/attempts.ts'
import { findUserBySignIn, knowsAddress } from '#db/queries/access/users.ts'

const ACCOUNT: AttemptLimit = { burst: 10, everyMs: 10_000 }
/** For codes of one use, by address: each has 160 bits, so this only spares the database. */
const CODES: AttemptLimit = { burst: 20, everyMs: 3_000 }

/** 0: go ahead. Names of nobody are counted as well: what differs would tell who exists. */
export async function waitToSignIn(db: Db, name: string, address: string): Promise<number> {
  const account = name.toLowerCase().slice(0, 200)
  const user = await findUserBySignIn(db, account)
  const isKnown = user !== undefined && address !== '' && (await knowsAddress(db, user.id, address))
  // Name and address are two ways to one account.
  return takeAttempt(db, `sign-in ${user?.id ?? account} ${isKnown ? address : 'elsewhere'}`, ACCOUNT)
}

export const waitToRedeem = (db: Db, address: string | undefined): Promise<number> =>
  takeAttempt(db, `code ${address ?? ''}`, CODES)
