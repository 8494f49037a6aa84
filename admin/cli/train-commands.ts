// Stages select and train.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { list } from './profile-commands.ts'
import { evaluationReport, selectionReport } from './report.ts'
import { openSession } from './session.ts'
import { percent, round, table } from './table.ts'

const share = (text: string): number => {
  const value = Number(text)
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('expected a share such as 0.3')
  return value
}
const integer = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number')
  return Number(text)
}

export function addTrainCommands(program: Command): void {
  program
    .command('select')
    .description('choose the pair: fastest local model, and the one that is best where it fails')
    .requiredOption('--dataset <name>', 'data set that the models were profiled on')
    .option('--models <names>', 'comma-separated; all profiled models where left out', list)
    .option('--local-device <name>')
    .option('--edge-device <name>')
    .action(async (options, command: Command) => {
      const session = await openSession(command)
      const selection = await session.api.trpc.selections.create.mutate(options)
      session.print(selection, `${selectionReport(selection.result)}\nSelection ${selection.id}`)
      if (!selection.result.ok) process.exitCode = 1
    })
  program
    .command('train')
    .description('train a router for the selected pair and judge it on held-out folds')
    .option('--selection <id>', 'the newest where left out')
    .addOption(new Option('--kind <kind>', 'router kind').choices(['forest', 'confidence']).default('forest'))
    .option('--offload <share>', 'share of images that the threshold is set to send away', share, 0.3)
    .option('--folds <n>', 'cross-validation folds', integer, 10)
    .option('--seed <n>', 'same seed, same router', integer, 1)
    .action(async ({ offload, ...options }, command: Command) => {
      const session = await openSession(command)
      const router = await session.api.trpc.routers.train.mutate({ ...options, offloadTarget: offload })
      session.print(
        router,
        `${evaluationReport(router.evaluation)}\nRouter version ${router.version} (${router.id})`,
      )
    })
  const routers = program.command('routers').description('trained routers')
  routers.command('list').action(async (_options, command: Command) => {
    const session = await openSession(command)
    const all = await session.api.trpc.routers.list.query()
    session.print(
      all,
      table([
        ['version', 'kind', 'offload', 'AUC', 'DGC', 'beats chance', 'id'],
        ...all.map((r) => [
          r.version,
          r.kind,
          percent(r.evaluation.offloadTarget),
          round(r.evaluation.auc.value, 3),
          round(r.evaluation.dgc.value, 3),
          r.evaluation.verdict.beatsChance ? 'yes' : 'no',
          r.id,
        ]),
      ]),
    )
  })
  routers
    .command('show')
    .argument('<router>', 'version or id')
    .action(async (id: string, _options, command: Command) => {
      const session = await openSession(command)
      const router = await session.api.trpc.routers.get.query({ id })
      session.print(
        router,
        `Router version ${router.version}, ${router.kind}\n${evaluationReport(router.evaluation)}`,
      )
    })
}
