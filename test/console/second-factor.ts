// A second factor as a person sets it up: password, picture or key, code, recovery codes; and the sign-in that asks for it.

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { totpOf } from '#test/harness/totp.ts'
import { seriousFindings } from './accessibility.ts'

interface Place {
  readonly page: Page
  readonly at: (pathname: string) => string
}

/** Answers the key that the page showed. */
export async function setUpSecondFactor({ page, at }: Place, password: string): Promise<string> {
  await page.goto(at('/settings'))
  await page.getByLabel('Current password').nth(1).fill(password)
  await page.getByRole('button', { name: 'Set it up' }).click()
  await page.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor()
  const key = await page.getByText(/^([A-Z2-7]{4} )+[A-Z2-7]{0,4}\s*$/).innerText()
  const secret = key.replaceAll(/\s/g, '')
  await page.getByLabel('The code that it shows now').fill(totpOf(secret))
  await page.getByRole('button', { name: 'Turn it on' }).click()
  await page.getByText('Recovery codes', { exact: true }).waitFor()
  await page.getByText('on', { exact: true }).waitFor()
  expect(await seriousFindings(page)).toEqual([])
  return secret
}

interface Person {
  readonly user: string
  readonly password: string
  readonly secret: string
}

export async function signInWithCode({ page, at }: Place, { user, password, secret }: Person): Promise<void> {
  await page.goto(at('/settings'))
  await page.getByLabel('User name or e-mail').fill(user)
  await page.getByLabel(/^Password/).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Code of your authenticator').fill(totpOf(secret))
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
}
