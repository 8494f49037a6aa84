// A headless Chromium of the machine's own (Debian's `chromium`, or what TANDEM_CHROMIUM names). Where there is none,
// tests that need one are skipped and say so. What a page logs as an error, its own or the browser's about its policy,
// is kept: a console that works by luck is not one that works.

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

const PLACES = [
  process.env.TANDEM_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
const found = PLACES.find((place) => place !== undefined && existsSync(place))
export const hasBrowser = found !== undefined

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
]
const LAUNCH_MAX_MS = 60_000
/** Others run beside it on few cores. */
const STEP_MAX_MS = 30_000

export interface Browser extends AsyncDisposable {
  readonly page: Page
  /** Errors of scripts and of the policy since the last look. */
  errors(): string[]
}

export async function openBrowser(): Promise<Browser> {
  const profile = await mkdtemp(path.join(os.tmpdir(), 'tandem-browser-'))
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: found!,
    headless: true,
    args: ARGS,
    viewport: { width: 1440, height: 900 },
    timeout: LAUNCH_MAX_MS,
  })
  context.setDefaultTimeout(STEP_MAX_MS)
  const page = context.pages()[0] ?? (await context.newPage())
  const seen: string[] = []
  page.on('pageerror', (error) => seen.push(error.message))
  page.on('console', (message) => message.type() === 'error' && seen.push(message.text()))
  return {
    page,
    errors: () => seen.splice(0),
    async [Symbol.asyncDispose]() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
