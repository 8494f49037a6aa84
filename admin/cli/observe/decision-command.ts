// Stage observe: what the devices decided and why, and where they were asked to look twice, how often their tiers
// disagree on images that stayed.

import type { Command } from 'commander'
import { allOf } from '../../client/link/pages.ts'
import { openSession, type Session } from '../session.ts'
import { count, percent, round, table } from '../table.ts'

/** Deployments by the number that a person knows them by. */
export async function versionsOf(session: Session): Promise<Map<string, number>> {
  const deployments = await allOf(session.api.trpc.rollouts.deployments)
  return new Map(deployments.map((d) => [d.id, d.version]))
}

export async function deviceNamesOf(session: Session): Promise<Map<string, string>> {
  return new Map((await allOf(session.api.trpc.devices.list)).map((d) => [d.id, d.name]))
}

async function totals(session: Session, sinceHours: number) {
  const list = await session.api.trpc.decisions.totals.query({ sinceHours })
  const [names, versions] = [await deviceNamesOf(session), await versionsOf(session)]
  const text = table([
    ['device', 'deployment', 'answered by', 'reason', 'images', 'mean ms', 'energy J'],
    ...list.map((t) => [
      names.get(t.deviceId),
      versions.get(t.deploymentId),
      t.tier,
      t.reason,
      t.images,
      round(t.latencyMeanMs, 1),
      round(t.energyJ, 3),
    ]),
  ])
  session.print(list, [text, ...(await spoolLines(session))].join('\n'))
}

/** Of devices that have lost some: nobody looks for what is not there. */
async function spoolLines(session: Session): Promise<string[]> {
  const devices = await allOf(session.api.trpc.devices.list)
  return devices.flatMap(({ name, report }) =>
    report?.spool && report.spool.dropped > 0
      ? [`Device "${name}" has dropped ${report.spool.dropped} decisions, ${report.spool.waiting} wait`]
      : [],
  )
}

async function disagreement(session: Session, sinceHours: number) {
  const list = await session.api.trpc.decisions.disagreement.query({ sinceHours })
  const versions = await versionsOf(session)
  const rows = list.map((d) => [
    versions.get(d.deploymentId),
    d.audits,
    d.disagreed,
    percent(d.share),
    `${percent(d.low)} to ${percent(d.high)}`,
  ])
  const none =
    'No image that stayed was audited: promote with --audit-share to send some of them to the edge as well'
  const head = ['deployment', 'audited', 'disagreed', 'share', '95 %']
  session.print(list, rows.length === 0 ? none : table([head, ...rows]))
}

export function addDecisionCommand(program: Command): void {
  program
    .command('decisions')
    .description('what the devices decided, by tier and reason')
    .option('--hours <n>', 'how far back', count, 24)
    .option('--disagreement', 'how often the tiers disagree on images that stayed, by audits', false)
    .action(async (options: { hours: number; disagreement: boolean }, command: Command) => {
      const session = await openSession(command)
      await (options.disagreement ? disagreement : totals)(session, options.hours)
    })
}
