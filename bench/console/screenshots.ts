// Pictures of every page of a living console, for docs/console.md: light, 1440 px wide, and some at 375 px. Against a demo
// that was started with `npm start` and has answered some images:
//
//     node --import tsx bench/console/screenshots.ts --home .tandem --image .tandem/demo/scenes/test-00400.png
//
// Makes the first user where there is none, or signs in as `--user`. What a page shows depends on the demo; nothing is
// compared.

import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { openBrowser } from '#test/console/browser.ts'

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:7400' },
    home: { type: 'string', default: '.tandem' },
    user: { type: 'string', default: 'ada' },
    password: { type: 'string', default: 'correct horse battery' },
    image: { type: 'string' },
    into: { type: 'string', default: 'docs/console' },
  },
})

/** What is below says no more than what is above. */
const HEIGHT_MAX = 1_500
const WIDE = 1_440
const NARROW = 375
/** Charts and pictures come after their page. */
const SETTLE_MS = 2_000
const COLOURS = 48

interface Shot {
  readonly name: string
  readonly at: string
  readonly width?: number
  /** Before the picture is taken. */
  readonly first?: (page: Page) => Promise<unknown>
}

const firstLink = (label: string) => (page: Page) =>
  page.getByRole('table', { name: label }).getByRole('link').first().click({ timeout: 5_000 })

async function tryImage(page: Page): Promise<void> {
  if (values.image === undefined) return
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose an image' }).click()
  await (await chooser).setFiles(values.image)
  await page.getByRole('heading', { name: 'As it is served' }).waitFor()
}

const SHOTS: readonly Shot[] = [
  { name: 'overview', at: '/' },
  { name: 'models', at: '/models' },
  { name: 'model', at: '/models/mobilenet_v1' },
  { name: 'data-sets', at: '/data-sets' },
  { name: 'data-set', at: '/data-sets/scenes' },
  { name: 'selection', at: '/selection' },
  { name: 'routers', at: '/routers' },
  { name: 'router', at: '/routers/1' },
  { name: 'evaluations', at: '/evaluations' },
  { name: 'evaluation', at: '/evaluations', first: firstLink('Evaluations') },
  { name: 'deployments', at: '/rollouts' },
  { name: 'rollout', at: '/rollouts', first: firstLink('Rollouts by stages') },
  { name: 'compare', at: '/rollouts/compare' },
  { name: 'devices', at: '/devices' },
  { name: 'device', at: '/devices/pi' },
  { name: 'try', at: '/try', first: tryImage },
  { name: 'account', at: '/settings' },
  { name: 'users', at: '/settings/users' },
  { name: 'api-keys', at: '/settings/keys' },
  { name: 'audit-log', at: '/settings/audit' },
  { name: 'overview-narrow', at: '/', width: NARROW },
  { name: 'rollout-narrow', at: '/rollouts', width: NARROW, first: firstLink('Rollouts by stages') },
  { name: 'devices-narrow', at: '/devices', width: NARROW },
  { name: 'try-narrow', at: '/try', width: NARROW, first: tryImage },
]

async function enter(page: Page): Promise<void> {
  await page.goto(values.url)
  const code = path.join(values.home, 'set-up.code')
  const name = page.getByLabel('User name')
  await name.waitFor()
  if (await page.getByLabel('One-time code').isVisible()) {
    if (!existsSync(code))
      throw new Error(`Cannot sign in: there is no "${code}", expected the home of the demo`)
    await page.getByLabel('One-time code').fill((await readFile(code, 'utf8')).trim())
    await name.fill(values.user)
    await page.getByLabel('New password').fill(values.password)
    await page.getByRole('button', { name: 'Make the first user' }).click()
  } else {
    await name.fill(values.user)
    await page.getByLabel(/^Password/).fill(values.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

async function take(page: Page, { name, at, width = WIDE, first }: Shot): Promise<number> {
  await page.setViewportSize({ width, height: 900 })
  await page.goto(`${values.url}${at}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  const missing = await first?.(page).then(
    () => undefined,
    (error: Error) => error.message.split('\n')[0],
  )
  if (missing !== undefined) console.error(`${name}: as the page is, since ${missing}`)
  await page.waitForTimeout(SETTLE_MS)
  // As high as what it shows, so that nothing is drawn in its first screen alone.
  const height = Math.min(HEIGHT_MAX, await page.evaluate<number>('document.documentElement.scrollHeight'))
  await page.setViewportSize({ width, height })
  await page.waitForTimeout(SETTLE_MS / 2)
  const png = await sharp(await page.screenshot())
    .png({ palette: true, colours: COLOURS, compressionLevel: 9, effort: 10, dither: 0 })
    .toBuffer()
  await writeFile(path.join(values.into, `${name}.png`), png)
  return png.byteLength
}

await mkdir(values.into, { recursive: true })
await using browser = await openBrowser()
await browser.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
await enter(browser.page)
let bytes = 0
for (const shot of SHOTS) bytes += await take(browser.page, shot)
console.log(`${SHOTS.length} pictures in ${values.into}, ${(bytes / 1_024).toFixed(0)} KB`)
