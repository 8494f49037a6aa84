// Who may come in: people, robots, and what the audit log is asked.

import { z } from 'zod'
import { PASSWORD_MAX, PASSWORD_MIN } from '../password-length.ts'
import { Which } from './names.ts'
import { PageQuery } from './page.ts'

export const Role = z.enum(['admin', 'operator', 'viewer'])
export type Role = z.infer<typeof Role>

export { PASSWORD_MAX, PASSWORD_MIN }

export const Password = z
  .string()
  .min(PASSWORD_MIN, `expected at least ${PASSWORD_MIN} characters`)
  .max(PASSWORD_MAX, `expected at most ${PASSWORD_MAX} characters`)

/** What a user signs in with. */
export const Username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._-]{1,39}$/, 'expected 2 to 40 letters, digits, ".", "_" or "-"')

const OneTimeCode = z.string().trim().min(1).max(100)

const Person = z.object({
  username: Username,
  /** As it is shown; the user name where it is left out. */
  name: z.string().trim().min(1).max(80).optional(),
  email: z.email().max(200).toLowerCase().optional(),
})

/** Without a password the answer has a one-time code, by which the user sets it. */
export const UserDraft = Person.extend({ role: Role, password: Password.optional() })
export type UserDraft = z.infer<typeof UserDraft>

/** The first user of an empty installation, an admin. */
export const SetUp = Person.extend({ code: OneTimeCode, password: Password })

/** A new password by a one-time code of an admin. */
export const Redeem = z.object({ code: OneTimeCode, password: Password })

/** By user name or id. */
export const ByUser = z.object({ user: Which })
export const UserRole = ByUser.extend({ role: Role })
export const PasswordReset = ByUser.extend({
  /** For somebody who has lost it. */
  dropSecondFactor: z.boolean().default(false),
})

/** In the order of user names. */
export const UserList = PageQuery

export const ApiKeyDraft = z.object({
  name: z.string().trim().min(1).max(80),
  role: Role,
  /** Paths of procedures, or their beginnings, such as `models` or `models.create`; all that the role may if left out. */
  scopes: z.array(z.string().min(1).max(80)).min(1).max(50).optional(),
  /** It does not expire where it is left out. */
  expiresInDays: z.number().positive().max(3_650).optional(),
})

/** In the order of ids; revoked and expired ones too with `all`. */
export const ApiKeyList = PageQuery.extend({ all: z.boolean().default(false) })

/** By id, or by name where one key alone has it. */
export const ByApiKey = z.object({ key: Which })

/** Newest first. */
export const AuditList = PageQuery.extend({
  /** The id of a user or a key. */
  actorId: z.string().max(100).optional(),
  /** A procedure, or the beginning of several: `models` is all of `models.*`. */
  action: z.string().max(100).optional(),
  /** `ok`, or the code that it ended with. */
  outcome: z.string().max(100).optional(),
  /** `<noun> <id>`, as a line tells it. */
  subject: z.string().max(200).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
})
