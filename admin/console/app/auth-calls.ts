// Signing in and out. The cookie is set by the control plane and out of reach of scripts; what is said here goes to the
// session library's routes under /auth.

import { queries } from './trpc.ts'

export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'
}

async function post(path: string, body: object): Promise<{ twoFactorRedirect?: boolean }> {
  const response = await fetch(`/auth${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json().catch(() => ({}))) as {
    message?: string
    twoFactorRedirect?: boolean
  }
  if (response.ok) return answer
  throw new SignInRefused(answer.message ?? 'The control plane does not answer. Check that it runs.')
}

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

/** Nothing that was seen stays in memory. */
export async function signOut(): Promise<void> {
  await post('/sign-out', {}).catch(() => undefined)
  location.assign('/')
}
