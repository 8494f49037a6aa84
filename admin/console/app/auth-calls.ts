// Signing in and out. The cookie is set by the control plane and out of reach of scripts; what is said here goes to the
// session library's routes under /auth.

import { queries } from './trpc.ts'

export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'
}

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`/auth${path}`, init)
  const answer = (await response.json().catch(() => null)) as (T & { message?: string }) | null
  if (response.ok) return answer as T
  throw new SignInRefused(answer?.message ?? 'The control plane does not answer. Check that it runs.')
}

const post = <T = { twoFactorRedirect?: boolean }>(path: string, body: object): Promise<T> =>
  ask<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** `code`: a second factor is asked for. */
export async function signIn(name: string, password: string): Promise<'in' | 'code'> {
  const path = name.includes('@') ? '/sign-in/email' : '/sign-in/username'
  const { twoFactorRedirect } = await post(
    path,
    name.includes('@') ? { email: name, password } : { username: name, password },
  )
  if (twoFactorRedirect === true) return 'code'
  await queries.invalidateQueries()
  return 'in'
}

export async function giveCode(code: string): Promise<void> {
  await post('/two-factor/verify-totp', { code })
  await queries.invalidateQueries()
}

export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  await post('/change-password', { currentPassword, newPassword, revokeOtherSessions: true })
}

export async function giveBackupCode(code: string): Promise<void> {
  await post('/two-factor/verify-backup-code', { code })
  await queries.invalidateQueries()
}

/** Asked past the cookie, which is believed for a minute. */
export async function hasSecondFactor(): Promise<boolean> {
  const answer = await ask<{ user: { twoFactorEnabled?: boolean } } | null>(
    '/get-session?disableCookieCache=true',
  )
  return answer?.user.twoFactorEnabled === true
}

export interface SecondFactor {
  /** What an authenticator app reads. */
  readonly totpURI: string
  readonly backupCodes: readonly string[]
}

/** Not asked for before a code was given (`confirmSecondFactor`). */
export const beginSecondFactor = (password: string): Promise<SecondFactor> =>
  post<SecondFactor>('/two-factor/enable', { password })

export const confirmSecondFactor = (code: string): Promise<unknown> =>
  post('/two-factor/verify-totp', { code })

export const dropSecondFactor = (password: string): Promise<unknown> =>
  post('/two-factor/disable', { password })

/** Those before are good no more. */
export const newBackupCodes = async (password: string): Promise<readonly string[]> =>
  (await post<Pick<SecondFactor, 'backupCodes'>>('/two-factor/generate-backup-codes', { password }))
    .backupCodes

export interface OpenSession {
  readonly id: string
  readonly token: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly ipAddress?: string | null
  readonly userAgent?: string | null
}

export const openSessions = (): Promise<readonly OpenSession[]> => ask('/list-sessions')
export const endOtherSessions = (): Promise<unknown> => post('/revoke-other-sessions', {})

/** Nothing that was seen stays in memory. */
export async function signOut(): Promise<void> {
  await post('/sign-out', {}).catch(() => undefined)
  location.assign('/')
}
