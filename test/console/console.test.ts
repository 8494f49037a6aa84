// The console in a real browser against a real control plane and two real workers: one story, by clicks, from the first
// user of an empty installation to a deployment that is rolled back.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { trainRouter } from '#admin/client/work.ts'
import { sceneFile, writeScenes } from '#demo/write-scenes.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { Fleet } from '#test/harness/fleet.ts'
import { until } from '#test/harness/until.ts'
import { seriousFindings } from './accessibility.ts'
import { bringBrokenModel, bringDataset, bringModel, measure } from './bring-data.ts'
import { type Browser, hasBrowser, openBrowser } from './browser.ts'
import { promoteByStages } from './promote-by-stages.ts'
import { setUpSecondFactor, signInWithCode } from './second-factor.ts'

const SCENES = 60
const PASSWORD = 'correct horse battery'
/** For the gate. */
const REASON = 'so few scenes prove nothing, and this is a test'
const PAGES = [
  ['/', 'Overview'],
  ['/models', 'Models'],
  ['/models/mobilenet_v1', 'mobilenet_v1'],
  ['/data-sets', 'Data sets'],
  ['/data-sets/scenes', 'scenes'],
  ['/selection', 'Selection'],
  ['/routers', 'Routers'],
  ['/routers/1', 'Router 1'],
  ['/evaluations', 'Evaluations'],
  ['/rollouts', 'Deployments'],
  ['/rollouts/compare', 'Compare deployments'],
  ['/devices', 'Devices'],
  ['/devices/pi', 'pi'],
  ['/try', 'Try it'],
  ['/settings', 'Settings'],
  ['/settings/users', 'Settings'],
  ['/settings/keys', 'Settings'],
  ['/settings/audit', 'Settings'],
  ['/nowhere', 'Not found'],
] as const

const DIALOGS = [
  ['/models?dialog=add', 'Add a model'],
  ['/models?dialog=measure', 'Measure on devices'],
  ['/data-sets?dialog=add', 'Add a data set'],
  ['/selection?dialog=what-if', 'Select a pair'],
  ['/routers?dialog=train', 'Train a router'],
] as const

let database: TestDatabase
let fleet: Fleet
let browser: Browser

const at = (pathname: string) => `${fleet.controlUrl}${pathname}`

describe.skipIf(!hasBrowser)('the console', () => {
  beforeAll(async () => {
    database = await createTestDatabase()
    fleet = await Fleet.create(database.url)
    await fleet.startControl()
    // Built once, while nobody waits for a page.
    await fetch(at('/'), { headers: { accept: 'text/html' } })
    browser = await openBrowser()
  }, 240_000)
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await fleet?.[Symbol.asyncDispose]()
    await database?.drop()
  }, 60_000)

  test('lets the first user in by the one-time code, once', { timeout: 60_000 }, async () => {
    const { page } = browser
    await page.goto(at('/'))
    await page
      .getByLabel('One-time code')
      .fill((await readFile(path.join(fleet.home, 'set-up.code'), 'utf8')).trim())
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('New password').first().fill(PASSWORD)
    await page.getByRole('button', { name: 'Make the first user' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.getByText('Nothing is set up yet').waitFor()
    expect(browser.errors()).toEqual([])
  })

  test('makes a code by which a device enrols', { timeout: 120_000 }, async () => {
    const { page } = browser
    await page.goto(at('/devices'))
    await page.getByRole('button', { name: 'Enrol a device' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('elsewhere')
    await page.getByRole('button', { name: 'Make a code' }).click()
    await page.getByText(/TANDEM_ENROL_CODE=\S{20}/).waitFor()
    await page.getByText(/Good for 14:\d\d more/).waitFor()
    await Promise.all([fleet.startDevice('tx2'), fleet.startDevice('pi')])
    await page.goto(at('/devices'))
    await page.getByRole('link', { name: 'pi' }).waitFor()
  })

  test('takes models and images by their files, in the gate’s words where not, and has them measured', {
    timeout: 240_000,
  }, async () => {
    const folder = path.join(fleet.home, 'scenes')
    await writeScenes({ folder, split: 'test', count: SCENES })
    const labels = path.join(folder, 'classes.txt')
    const place = { page: browser.page, at }
    await bringBrokenModel(place, labels)
    browser.errors()
    for (const name of ['mobilenet_v1', 'inception_v4']) await bringModel(place, name, labels)
    await bringDataset(place, folder)
    expect(browser.errors()).toEqual([])
    await measure(place, async () => {
      const { items } = await fleet.api.trpc.profiles.list.query({})
      // Two models on two devices, and the features of the images on the local one.
      return items.length === 5 && items.every(({ state }) => state === 'done')
    })
  })

  test('selects a pair and trains a router by clicks', { timeout: 240_000 }, async () => {
    const { page } = browser
    await page.goto(at('/selection'))
    await page.getByRole('button', { name: 'Select with limits' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Select', exact: true }).click()
    await page.getByRole('heading', { name: /mobilenet_v1 → / }).waitFor()
    await page.goto(at('/routers'))
    await page.getByRole('button', { name: 'Train a router' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Train', exact: true }).click()
    await page.getByRole('heading', { name: 'Router 1' }).waitFor({ timeout: 90_000 })
    await page.getByRole('heading', { name: 'Deferral curve' }).waitFor()
    await page.goto(at('/evaluations'))
    await page.getByRole('button', { name: 'Evaluate the newest selection' }).click()
    await page.getByRole('heading', { name: 'Evaluation' }).waitFor()
  })

  test('promotes it: the gate says no in words, a reason says yes', { timeout: 120_000 }, async () => {
    const { page } = browser
    await promote()
    const refused = page.getByRole('alert')
    const landed = page.getByText('Deployment 1').first()
    await Promise.race([refused.waitFor(), landed.waitFor()])
    if (await refused.isVisible()) {
      await page.getByLabel('Promote it all the same, because').fill(REASON)
      await page.getByRole('dialog').getByRole('button', { name: 'Promote', exact: true }).click()
    }
    await landed.waitFor()
    await serves(1)
    await page.goto(at('/devices'))
    await page.getByText('serving').first().waitFor()
  })

  test('answers an image of one’s own, and says who did and why', { timeout: 60_000 }, async () => {
    const { page } = browser
    const image = await readFile(path.join(fleet.home, 'scenes', sceneFile('test', 0)))
    await page.goto(at('/try'))
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Choose an image' }).click()
    await (await chooser).setFiles({ name: 'scene.jpg', mimeType: 'image/jpeg', buffer: image })
    await page.getByRole('heading', { name: 'As it is served' }).waitFor()
    await page.getByText(/^Answered .+ because/).waitFor()
    await page.getByText('No feature of the image').waitFor()
    await page.getByRole('heading', { name: 'Edge model' }).waitFor()
    expect(browser.errors()).toEqual([])
  })

  test('tells on the overview what runs and whether it pays, and shows decisions as they are made', {
    timeout: 60_000,
  }, async () => {
    const { page } = browser
    await page.goto(at('/'))
    await page.getByText('mobilenet_v1 → inception_v4').first().waitFor()
    await page.getByRole('table', { name: 'Routing against the ways that need no router' }).waitFor()
    await page.getByText('live', { exact: true }).waitFor()
    const rows = page.getByRole('table', { name: 'Newest decisions' }).getByRole('row')
    await rows.nth(1).waitFor()
    const before = await rows.count()
    const { url } = (await fleet.api.trpc.devices.get.query({ name: 'pi' })).report!
    const body = new Uint8Array(await readFile(path.join(fleet.home, 'scenes', sceneFile('test', 2))))
    await fetch(`${url}/v1/classify`, { method: 'POST', body })
    await until('the decision shows up by itself', async () => (await rows.count()) > before, 30_000)
    expect(browser.errors()).toEqual([])
  })

  test('promotes again and rolls back, asking first', { timeout: 120_000 }, async () => {
    const { page } = browser
    // Promoting the same again would change nothing.
    await trainRouter(fleet.api, { kind: 'forest' })
    await promote(REASON)
    await serves(2)
    await page.goto(at('/try'))
    await paste(await readFile(path.join(fleet.home, 'scenes', sceneFile('test', 1))))
    await page.getByRole('table', { name: 'What the router saw' }).getByText('Contrast').waitFor()
    await page.goto(at('/rollouts'))
    await page.getByText('Deployment 2').first().waitFor()
    await page.getByRole('button', { name: 'Roll back' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click()
    await page.getByText('Deployment 1').first().waitFor()
    await serves(1)
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('cell', { name: 'rollback' }).waitFor()
  })

  test('sends it out by stages, watched live: it asks, is let pass, and completes', {
    timeout: 120_000,
  }, async () => {
    await promoteByStages({ page: browser.page, at }, REASON)
    await serves(3)
    expect(await seriousFindings(browser.page)).toEqual([])
  })

  test.each(PAGES)(
    '%s works for everybody: wide and narrow, light and dark, nothing wrong by axe',
    { timeout: 60_000 },
    async (pathname, title) => {
      const { page } = browser
      for (const [width, colorScheme] of [
        [1440, 'light'],
        [375, 'dark'],
      ] as const) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 900 })
        await page.goto(at(pathname))
        await page.getByRole('heading', { level: 1, name: title }).waitFor()
        // Pages with a live stream are never idle.
        await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined)
        expect(await seriousFindings(page)).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      }
      expect(browser.errors().filter((text) => !text.includes('404'))).toEqual([])
    },
  )

  test('tells what every kind of router reaches, in a report of the pair', { timeout: 120_000 }, async () => {
    const { page } = browser
    await page.goto(at('/evaluations'))
    await page.getByRole('table', { name: 'Evaluations' }).getByRole('link').first().click()
    await page.getByRole('heading', { name: 'Learners' }).waitFor({ timeout: 90_000 })
    await page.getByRole('heading', { name: 'Ranking' }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
  })

  test.each(DIALOGS)(
    '%s: the dialog “%s” is nothing wrong by axe either',
    { timeout: 60_000 },
    async (pathname, title) => {
      const { page } = browser
      await page.goto(at(pathname))
      await page.getByRole('dialog', { name: title }).getByRole('button').nth(1).waitFor()
      expect(await seriousFindings(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      expect(browser.errors()).toEqual([])
    },
  )

  test('sets up a second factor, signs out, and wants its code to come in again', {
    timeout: 90_000,
  }, async () => {
    const { page } = browser
    await page.setViewportSize({ width: 1440, height: 900 })
    const secret = await setUpSecondFactor({ page, at }, PASSWORD)
    await signOut()
    await signInWithCode({ page, at }, { user: 'ada', password: PASSWORD, secret })
    expect(browser.errors().filter((text) => !text.includes('401'))).toEqual([])
  })

  test('signs out, and shows nothing any more', { timeout: 60_000 }, async () => {
    const { page } = browser
    await signOut()
    await page.goto(at('/models'))
    await page.getByLabel('User name or e-mail').waitFor()
  })
})

async function signOut(): Promise<void> {
  const { page } = browser
  await page.goto(at('/models'))
  await page.getByRole('button', { name: 'ada' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByLabel('User name or e-mail').waitFor()
}

/** From the clipboard. */
async function paste(image: Uint8Array): Promise<void> {
  // Until a device is known an image has nowhere to go.
  await browser.page.getByRole('button', { name: 'Choose an image' }).click({ trial: true })
  await browser.page.evaluate(
    `(() => {
      const bytes = Uint8Array.from(atob('${Buffer.from(image).toString('base64')}'), (c) => c.charCodeAt(0))
      const data = new DataTransfer()
      data.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }))
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }))
    })()`,
  )
}

async function promote(reason?: string): Promise<void> {
  const { page } = browser
  await page.goto(at('/rollouts'))
  await page.getByRole('button', { name: 'Promote' }).click()
  const dialog = page.getByRole('dialog')
  const go = dialog.getByRole('button', { name: 'Promote', exact: true })
  await go.click()
  if (reason === undefined) return
  const field = page.getByLabel('Promote it all the same, because')
  await Promise.race([field.waitFor(), dialog.waitFor({ state: 'hidden' })])
  if (await field.isVisible()) {
    await field.fill(reason)
    await go.click()
  }
  await dialog.waitFor({ state: 'hidden' })
}

async function serves(version: number): Promise<void> {
  await until(
    `both devices run deployment ${version}`,
    async () => (await fleet.api.trpc.devices.list.query()).items.every(({ runs }) => runs === version),
    60_000,
  )
}
