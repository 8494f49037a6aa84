// A promotion by stages as a person does it: what the gate refuses needs a reason, the second stage an approval, and the
// page shows each step by itself.

import type { Page } from 'playwright-core'

interface Place {
  readonly page: Page
  readonly at: (pathname: string) => string
}

export async function promoteByStages({ page, at }: Place, reason: string): Promise<void> {
  await page.goto(at('/rollouts'))
  await page.getByRole('button', { name: 'Promote' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('By stages').click()
  await dialog.getByLabel('Stages, % of').fill('50, 40')
  await dialog.getByText('Expected each above the one before.').waitFor()
  await dialog.getByLabel('Stages, % of').fill('50, 100')
  await dialog.getByLabel('Watch each for, s').fill('0')
  await dialog.getByLabel('Judge from, decisions').fill('0')
  await dialog.getByRole('switch', { name: 'Ask before every stage' }).click()
  const go = dialog.getByRole('button', { name: 'Promote', exact: true })
  await go.click()
  const field = page.getByLabel('Promote it all the same, because')
  const title = page.getByRole('heading', { name: 'Rollout of deployment' })
  await Promise.race([field.waitFor(), title.waitFor()])
  if (await field.isVisible()) {
    await field.fill(reason)
    await go.click()
  }
  await page.getByText('Waits for approval', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Approve' }).click()
  const asked = page.getByRole('dialog', { name: 'Let it pass?' })
  await asked.getByLabel('Reason').fill('the first half does well')
  await asked.getByRole('button', { name: 'Approve' }).click()
  await page.getByText('Completed', { exact: true }).first().waitFor()
  await page.getByRole('table', { name: 'Quality of stage 2' }).getByText('Sent to the edge').waitFor()
  await page.getByRole('heading', { name: 'What it changes' }).waitFor()
}
