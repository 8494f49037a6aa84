// People who use the console: who they are, their sessions, their second factor, and what guards the way in. The
// columns are those that better-auth asks for, under our names; passwords are scrypt hashes, one-time codes SHA-256
// sums, and the seeds of second factors are encrypted with the secret. A user is never deleted once the audit log
// names them (trigger in the migration): they are disabled.

import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { bytes, createdAt, id, instant } from './columns.ts'

const updatedAt = () => instant('updated_at').notNull().defaultNow()
const userId = () =>
  text('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' })

export const users = pgTable(
  'users',
  {
    id: id(),
    /** What the user signs in with: lower case. */
    username: text('username').notNull().unique(),
    /** As it is shown. */
    name: text('name').notNull(),
    email: text('email').unique(),
    emailVerified: boolean('email_verified').notNull().default(false),
    role: text('role', { enum: ['admin', 'operator', 'viewer'] }).notNull(),
    twoFactorEnabled: boolean('two_factor_enabled').notNull().default(false),
    disabledAt: instant('disabled_at'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    check('users_role', sql`${t.role} in ('admin', 'operator', 'viewer')`),
    check('users_username', sql`${t.username} ~ '^[a-z0-9][a-z0-9._-]{1,39}$'`),
  ],
)

export const sessions = pgTable(
  'sessions',
  {
    id: id(),
    userId: userId(),
    token: text('token').notNull().unique(),
    expiresAt: instant('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index('sessions_user').on(t.userId)],
)

/** How a user proves who they are; `credential` is a password, and the only provider here. */
export const credentials = pgTable(
  'credentials',
  {
    id: id(),
    userId: userId(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    password: text('password'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index('credentials_user').on(t.userId)],
)

/** What better-auth waits for: a second factor under way, a trusted browser. */
export const verifications = pgTable(
  'verifications',
  {
    id: id(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: instant('expires_at').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index('verifications_identifier').on(t.identifier)],
)

export const secondFactors = pgTable(
  'second_factors',
  {
    id: id(),
    userId: userId().unique(),
    /** Encrypted. */
    secret: text('secret').notNull(),
    /** Encrypted. */
    backupCodes: text('backup_codes').notNull(),
    verified: boolean('verified').notNull().default(true),
    failedVerificationCount: integer('failed_verification_count').notNull().default(0),
    lockedUntil: instant('locked_until'),
  },
  // better-auth looks them up by either.
  (t) => [index('second_factors_secret').on(t.secret)],
)

/** Good for one use: the first user of an installation, or a new password. */
export const oneTimeCodes = pgTable(
  'one_time_codes',
  {
    hash: bytes('hash').primaryKey(),
    purpose: text('purpose', { enum: ['set-up', 'password'] }).notNull(),
    userId: text('user_id').references(() => users.id, { onDelete: 'cascade' }),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (t) => [
    check('one_time_codes_purpose', sql`${t.purpose} in ('set-up', 'password')`),
    check('one_time_codes_user', sql`(${t.purpose} = 'password') = (${t.userId} is not null)`),
  ],
)

/** How much each key (an address, an account) may still try: the instant at which all of it has come back. */
export const attemptLimits = pgTable('attempt_limits', {
  key: text('key').primaryKey(),
  fullAt: instant('full_at').notNull(),
})

/** One row: what signs the cookies of all control planes on this database. */
export const authSecrets = pgTable(
  'auth_secrets',
  {
    only: boolean('only').primaryKey().default(true),
    secret: text('secret').notNull(),
    createdAt: createdAt(),
  },
  (t) => [check('auth_secrets_one_row', sql`${t.only}`)],
)
