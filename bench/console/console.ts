// `npm run bench -- console`: the console in Debian's Chromium against a control plane with 10,000 devices and 100,000
// decisions, one group of a thousand on its way to a deployment: script of the first page, gzipped; how long each page
// takes until it shows what it is for, freshly opened and by a click; and the longest task of its main thread, in which it
// answers nobody, while it opens and while live updates come in. Beside them a page that reads next to nothing.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { hasBrowser, openBrowser } from '#test/console/browser.ts'
import { groupName, type SeedSize } from '#test/db/decisions/seeded-fleet.ts'
import type { BenchLine } from '../bench-line.ts'
import { type BenchPlane, openBenchPlane } from '../control/bench-plane.ts'
import { writeSection } from '../serve/rig/results.ts'
import { seedConsole } from './seed-console.ts'

const SIZE: SeedSize = { devices: 10_000, groups: 10, decisions: 100_000 }
const PASSWORD = 'correct horse battery'
/** The first one waits for the console to be built. */
const OPENS_MAX_MS = 120_000
/** Several looks of what is asked for every few seconds, and of streams. */
const WATCHED_MS = 6_000
const TURNS = 3
const SCRIPT_MAX_KB = 300
/** Of a page beside one that reads next to nothing; each is a median of three, so they differ by a factor of two. */
const TIMES_MAX = 5
/** The limit of RAIL: a click is answered within 100 ms where no task takes longer than half of it. */
const TASK_MAX_MS = 50

interface Place {
  readonly name: string
  readonly at: string
  /** What shows that the page is there. */
  readonly shows: (page: Page) => ReturnType<Page['getByText']>
}

interface Seen {
  readonly name: string
  readonly openMs: number[]
  longestMs: number
}

export async function benchConsole(): Promise<BenchLine[]> {
  if (!hasBrowser)
    throw new Error('Cannot measure the console: there is no Chromium, expected `apt install chromium`')
  await using plane = await openBenchPlane('console')
  console.error(`seeding ${SIZE.decisions} decisions of ${SIZE.devices} devices ...`)
  const rollout = await seedConsole(plane, SIZE)
  await using browser = await openBrowser()
  const { page } = browser
  await page.addInitScript(`globalThis.longest = 0
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration)
    }).observe({ type: 'longtask', buffered: true })`)
  const scriptKb = await enter(page, plane)
  const seen: Seen[] = []
  for (const place of placesOf(rollout)) seen.push(await visit(page, plane.url, place))
  return report(scriptKb, seen)
}

/** Signs in as a user who is made for it; answers the script that the first page has taken. */
async function enter(page: Page, { url, folder }: BenchPlane): Promise<number> {
  const key = (await readFile(path.join(folder, 'admin.key'), 'utf8')).trim()
  const added = await fetch(`${url}/trpc/users.add`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'looker', role: 'admin', password: PASSWORD }),
  })
  if (!added.ok) throw new Error(`Cannot add a user: ${added.status} ${await added.text()}`)
  page.setDefaultTimeout(OPENS_MAX_MS)
  await page.goto(url, { timeout: OPENS_MAX_MS })
  await page.getByLabel('User name or e-mail').fill('looker')
  await page.getByLabel(/^Password/).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Does routing pay?' }).waitFor()
  // What the page before still loads is not of this one, nor is what a link under the pointer loads ahead.
  await page.mouse.move(1, 1)
  await page.goto('about:blank')
  const scripts = new Map<string, Promise<number>>()
  page.on('response', (response) => {
    if (!response.url().endsWith('.js')) return
    scripts.set(
      response.url(),
      response.body().then((body) => gzipSync(body).byteLength),
    )
  })
  await page.goto(url)
  await page.getByRole('heading', { name: 'Does routing pay?' }).waitFor()
  await page.waitForTimeout(WATCHED_MS)
  const sizes = await Promise.all(scripts.values())
  page.removeAllListeners('response')
  return sizes.reduce((sum, bytes) => sum + bytes, 0) / 1_024
}

const placesOf = (rollout: string): Place[] => [
  { name: 'Settings, for comparison', at: '/settings', shows: (page) => page.getByText('Role admin') },
  { name: 'Overview', at: '/', shows: (page) => page.getByRole('heading', { name: 'Does routing pay?' }) },
  { name: 'Devices', at: '/devices', shows: (page) => page.getByRole('link', { name: 'device-000000' }) },
  {
    name: 'Devices, by name',
    at: '/devices?named=9999',
    shows: (page) => page.getByRole('link', { name: 'device-009999' }),
  },
  {
    name: 'A device',
    at: '/devices/device-000042',
    shows: (page) => page.getByRole('heading', { name: 'Log', exact: true }),
  },
  {
    name: 'Deployments',
    at: '/rollouts',
    shows: (page) => page.getByText(groupName(0), { exact: true }).first(),
  },
  {
    name: 'A rollout',
    at: `/rollouts/${rollout}`,
    shows: (page) => page.getByText(/devices serve it/).first(),
  },
]

async function visit(page: Page, url: string, { name, at, shows }: Place): Promise<Seen> {
  const seen: Seen = { name, openMs: [], longestMs: 0 }
  for (let turn = 0; turn < TURNS; turn++) {
    const begin = performance.now()
    await page.goto(`${url}${at}`)
    await shows(page).waitFor()
    seen.openMs.push(performance.now() - begin)
    await page.waitForTimeout(WATCHED_MS)
    seen.longestMs = Math.max(seen.longestMs, await page.evaluate<number>('globalThis.longest'))
  }
  return seen
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

async function report(scriptKb: number, seen: readonly Seen[]): Promise<BenchLine[]> {
  const figures = seen.map(({ name, openMs, longestMs }) => ({ name, openMs: median(openMs), longestMs }))
  await writeSection(
    {
      title: 'The console',
      command: 'npm run bench -- console',
      how:
        `Chromium, headless, against a control plane with ${SIZE.devices} devices, ${SIZE.decisions} decisions and a ` +
        `rollout in a group of ${SIZE.devices / SIZE.groups}; each page opened ${TURNS} times and watched for ${WATCHED_MS / 1_000} s.`,
      rows: [
        ['page', 'opened, ms', 'longest task, ms'],
        ...figures.map(({ name, openMs, longestMs }) => [
          name,
          openMs.toFixed(0),
          longestMs === 0 ? `under ${TASK_MAX_MS}` : longestMs.toFixed(0),
        ]),
      ],
      notes: [`Script of the first page, gzipped: ${scriptKb.toFixed(0)} KB.`],
    },
    {
      name: 'console.md',
      title: '# The console',
      intro:
        'Written by `bench/console/console.ts`. Browser, control plane and PostgreSQL share the cores of one machine.',
      sections: ['The console'],
    },
  )
  const plain = figures[0]!.openMs
  return [
    {
      ...{ name: 'console: script of the first page', ratio: scriptKb / SCRIPT_MAX_KB, bar: 1 },
      detail: `${scriptKb.toFixed(0)} KB gzipped of ${SCRIPT_MAX_KB}`,
    },
    ...figures.slice(1).map(({ name, openMs, longestMs }) => ({
      ...{ name: `console: ${name}, beside Settings`, ratio: openMs / plain, bar: TIMES_MAX },
      detail: `${openMs.toFixed(0)} ms; longest task ${longestMs === 0 ? `under ${TASK_MAX_MS}` : longestMs.toFixed(0)} ms`,
    })),
  ]
}
