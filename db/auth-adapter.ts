// better-auth's way to our tables. Here, since only db/ knows them.

import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { type Db, newId } from './db.ts'
import { credentials, secondFactors, sessions, users, verifications } from './schema/auth.ts'

export const authAdapter = (db: Db) =>
  drizzleAdapter(db, {
    provider: 'pg',
    schema: {
      user: users,
      session: sessions,
      account: credentials,
      verification: verifications,
      twoFactor: secondFactors,
    },
    transaction: true,
  })

const PREFIXES: Record<string, string> = {
  user: 'usr',
  session: 'ses',
  account: 'crd',
  verification: 'ver',
  twoFactor: 'tfa',
}

export const authRowId = ({ model }: { model: string }): string => newId(PREFIXES[model] ?? 'row')
