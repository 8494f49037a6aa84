// Models and images brought by their files and measured, by clicks: what a person does before there is anything to select.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { until } from '#test/harness/until.ts'

const MODELS = path.resolve(import.meta.dirname, '../../demo/models')
const FILES = '**/artifacts/sha256:*'

interface Place {
  readonly page: Page
  readonly at: (pathname: string) => string
}

/** Of the dialog that is open. */
const filesOf = (page: Page) => page.getByRole('dialog').locator('input[type=file]')
const press = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click()

/** A file that is no model: the gate's own words, in the dialog. */
export async function bringBrokenModel({ page, at }: Place, labels: string): Promise<void> {
  await page.goto(at('/models'))
  await page.getByRole('button', { name: 'Add a model' }).click()
  await page.getByRole('dialog', { name: 'Add a model' }).waitFor()
  await page.goBack()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.goForward()
  await filesOf(page).setInputFiles([
    { name: 'broken.onnx', mimeType: '', buffer: Buffer.from('no model at all') },
    { name: 'classes.txt', mimeType: 'text/plain', buffer: await readFile(labels) },
    { name: 'holiday.mp4', mimeType: 'video/mp4', buffer: Buffer.from('') },
  ])
  await page.getByText('Cannot take "holiday.mp4"').waitFor()
  await press(page, 'Upload')
  await page
    .getByRole('alert')
    .getByText(/^Cannot .+, expected /)
    .last()
    .waitFor()
}

export async function bringModel({ page, at }: Place, name: string, labels: string): Promise<void> {
  await page.goto(at('/models?dialog=add'))
  const files = ['.onnx', '.json'].map((end) => path.join(MODELS, `${name}${end}`))
  await filesOf(page).setInputFiles([...files, labels])
  await page.getByText(`${name}.onnx`).waitFor()
  await press(page, 'Upload')
  await page.getByRole('dialog').getByRole('button', { name: 'Register' }).dblclick()
  await page.getByRole('heading', { level: 1, name }).waitFor()
}

/** Begun, cancelled in the middle, and brought after all. */
export async function bringDataset({ page, at }: Place, folder: string): Promise<void> {
  await page.goto(at('/data-sets?dialog=add'))
  await filesOf(page).setInputFiles(folder)
  await page.getByText(/^60 images of \d+ classes/).waitFor()
  await page.getByRole('dialog').getByLabel('Name').fill('scenes')
  await page.route(FILES, () => {
    // Held: nothing arrives until it is let go.
  })
  await press(page, 'Upload')
  await page.getByText(/^Uploading: /).waitFor()
  await press(page, 'Cancel')
  await page.unroute(FILES)
  await press(page, 'Upload')
  await page.getByRole('heading', { level: 1, name: 'scenes' }).waitFor()
  await page.getByRole('heading', { name: 'Classes' }).waitFor()
}

export async function measure({ page, at }: Place, areDone: () => Promise<boolean>): Promise<void> {
  await page.goto(at('/models'))
  await page.getByRole('button', { name: 'Measure' }).click()
  await page.getByText('4 measurements.').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Measure', exact: true }).dblclick()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.getByRole('heading', { name: 'Accuracy against cost' }).waitFor()
  await until('all is measured', areDone, 90_000)
  // Told by the stream: nobody has loaded the page anew.
  await page.getByRole('heading', { name: 'Under way' }).waitFor({ state: 'hidden' })
  expect(await page.getByRole('row', { name: /inception_v4/ }).innerText()).not.toContain('–')
}
