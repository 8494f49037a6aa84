// Stage train: the report of a pair. It is made on the control plane; this end starts it, shows how far it is, and
// writes the report where the user wants it. Leaving early leaves it running.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { PairReport } from '#contract/results/pair-report.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { writeDurably } from '#platform/durable-write.ts'
import { CommandFailed } from '../client/api.ts'
import { waitForReport } from '../client/work.ts'
import { renderReport } from '../report/render-report.ts'
import { POLICY_FLAGS, policyOf, withFoldOptions, withPolicyOptions } from './policy-options.ts'
import { showSteps } from './progress.ts'
import { pairReportText } from './report.ts'
import { openSession, type Session } from './session.ts'
import { onLeaving } from './shell/interrupted.ts'

const kinds = (text: string): RouterKind[] =>
  text.split(',').map((name) => {
    const kind = RouterKind.safeParse(name.trim())
    if (kind.success) return kind.data
    throw new InvalidArgumentError(`"${name.trim()}" is none of ${RouterKind.options.join(', ')}`)
  })

export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description('judge every router for the selected pair on held-out images and write the report')
    .option(
      '--kinds <names>',
      'comma-separated router kinds; all that look at an image where left out',
      kinds,
    )
    .option('--no-learners', 'leave out the comparison of the paper’s four learners, which takes longest')
    .option('--out <folder>', 'where report.html and report.json are written', 'tandem-report')
  withPolicyOptions(withFoldOptions(command, 'nested'))
  const others = ['selection', 'kinds', 'folds', 'seed', 'features', 'duplicates', 'learners']
  command.addOption(
    new Option('--id <id>', 'fetch one that was started before').conflicts([...others, ...POLICY_FLAGS]),
  )
  command.action(async ({ id, out, features, ...options }, self: Command) => {
    const session = await openSession(self)
    const evaluation = id ?? (await start(session, { ...options, featureChoice: features }))
    const report = await follow(session, evaluation)
    await write(report, path.resolve(out), session)
    session.print(report, pairReportText(report))
  })
}

async function start(
  { api }: Session,
  options: Parameters<typeof policyOf>[0] & Omit<Parameters<Start>[0], 'policy'>,
): Promise<string> {
  const { selection, kinds, folds, seed, featureChoice, duplicates, learners } = options
  const input = { selection, kinds, folds, seed, featureChoice, duplicates, learners }
  const { id } = await api.trpc.evaluations.start.mutate({ ...input, policy: policyOf(options) })
  return id
}
type Start = Session['api']['trpc']['evaluations']['start']['mutate']

async function follow({ api, tell }: Session, id: string): Promise<PairReport> {
  using _ = onLeaving({
    line: `The evaluation goes on without you. Fetch it with: tandem evaluate --id ${id}`,
  })
  using bars = showSteps()
  tell(`Evaluation ${id}`)
  return await waitForReport(api, id, bars.to)
}

async function write(report: PairReport, folder: string, { tell }: Session): Promise<void> {
  const html = renderReport(report, await plotAssets())
  try {
    await writeDurably(path.join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
    await writeDurably(path.join(folder, 'report.html'), html)
  } catch (cause) {
    throw new CommandFailed(`Cannot write the report to "${folder}": expected a folder that can be written`, {
      cause,
    })
  }
  tell(`Report: ${path.join(folder, 'report.html')} and report.json`)
}

/** uPlot as it is installed; the report carries it, so that it opens without a network. */
async function plotAssets(): Promise<{ uplotJs: string; uplotCss: string }> {
  const dist = path.dirname(createRequire(import.meta.url).resolve('uplot'))
  return {
    uplotJs: await readFile(path.join(dist, 'uPlot.iife.min.js'), 'utf8'),
    uplotCss: await readFile(path.join(dist, 'uPlot.min.css'), 'utf8'),
  }
}
