// Stage train.

import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import type { Evaluation } from '#contract/results/evaluation.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { writeDurably } from '#platform/durable-write.ts'
import { CommandFailed } from '../client/api.ts'
import { allOf } from '../client/link/pages.ts'
import { importForest, type OnProgress, trainRouter } from '../client/work.ts'
import {
  type PolicyFlags,
  policyOf,
  withFoldOptions,
  withPolicyOptions,
  withSplitOptions,
} from './policy-options.ts'
import { list } from './profile-commands.ts'
import { showSteps } from './progress.ts'
import { evaluationReport } from './report.ts'
import { openSession } from './session.ts'
import { fileWords } from './shell/end-of-command.ts'
import { onLeaving } from './shell/interrupted.ts'
import { percent, round, table } from './table.ts'

export function addTrainCommands(program: Command): void {
  const train = program
    .command('train')
    .description('train a router for the selected pair and judge it on held-out folds')
    .addOption(new Option('--kind <kind>', 'router kind').choices(RouterKind.options).default('forest'))
  withPolicyOptions(withFoldOptions(train, 'paper')).action(async (options, command: Command) => {
    const { kind, selection, folds, seed, duplicates, features: featureChoice } = options
    const session = await openSession(command)
    const policy = policyOf(options satisfies PolicyFlags)
    const input = { kind, selection, folds, seed, duplicates, featureChoice, policy }
    const router = await withSteps(({ to, onStart }) => trainRouter(session.api, input, to, onStart))
    const { features = [], leakCheck } = router.provenance
    session.print(
      router,
      [
        evaluationReport(router.evaluation),
        ...(features.length > 0 ? [`Features: ${features.join(', ')}`] : []),
        ...(leakCheck === 'unchecked' ? ['Equal pixels: not looked for, the device told no digests'] : []),
        `Router version ${router.version} (${router.id})`,
      ].join('\n'),
    )
  })
  const routers = program.command('routers').description('trained routers')
  routers
    .command('list')
    .description('every router, newest first, and what it reached on held-out images')
    .action(async (_options, command: Command) => {
      const session = await openSession(command)
      const all = await allOf(session.api.trpc.routers.list)
      session.print(
        all,
        table([
          ['version', 'kind', 'sends', 'AUC', 'DGC', 'beats chance', 'beats confidence', 'id'],
          ...all.map((r) => [
            r.version,
            r.kind,
            percent(sentBy(r.evaluation)),
            round(r.evaluation.auc.value, 3),
            round(r.evaluation.dgc.value, 3),
            yesOrNo(r.evaluation.verdict.beatsChance),
            yesOrNo(r.evaluation.verdict.beatsConfidence),
            r.id,
          ]),
        ]),
      )
    })
  routers
    .command('show')
    .description('one router: its evaluation, strategy by strategy')
    .argument('<router>', 'version or id')
    .action(async (id: string, _options, command: Command) => {
      const session = await openSession(command)
      const router = await session.api.trpc.routers.get.query({ id })
      session.print(
        router,
        `Router version ${router.version}, ${router.kind}\n${evaluationReport(router.evaluation)}`,
      )
    })
  addForestCommands(routers)
}

/** Forests to and from other tools, as ONNX. */
function addForestCommands(routers: Command): void {
  routers
    .command('export')
    .description('write the forest of a router as an ONNX file')
    .argument('<router>', 'version or id')
    .requiredOption('--onnx <file>', 'where to write it')
    .action(async (id: string, { onnx: file }, command: Command) => {
      const session = await openSession(command)
      const { version, onnx } = await session.api.trpc.routers.exportForest.query({ id })
      await writeFileOrFail(file, Buffer.from(onnx, 'base64'))
      session.print({ version, file }, `Wrote the forest of router version ${version} to ${file}`)
    })
  const command = routers
    .command('import')
    .description('make a router of an ONNX forest that was trained elsewhere; class 1 is "needs the edge"')
    .argument('<file>', 'ONNX file: one TreeEnsembleClassifier over raw features')
    .option('--trained-on-other-images', 'declare that no image of this data set was trained on')
    .option('--features <names>', 'comma-separated, in the order of its input; as the file notes', list)
  withPolicyOptions(withSplitOptions(command)).action(async (file: string, options, self: Command) => {
    const { selection, folds, seed, duplicates, features, trainedOnOtherImages } = options
    const session = await openSession(self)
    const bytes = await readFileOrFail(file)
    const { digest } = await session.api.upload(bytes, 'application/octet-stream')
    const policy = policyOf(options satisfies PolicyFlags)
    const input = { file: digest, selection, folds, seed, duplicates, features, trainedOnOtherImages, policy }
    const router = await withSteps(({ to, onStart }) => importForest(session.api, input, to, onStart))
    session.print(
      router,
      [
        evaluationReport(router.evaluation),
        `Scores are those of class "${router.labels[1]}", taken as "needs the edge"`,
        `Router version ${router.version} (${router.id})`,
      ].join('\n'),
    )
  })
}

type Watch = { readonly to: OnProgress; readonly onStart: (id: string) => void }

/** With a bar for each step, and a word for who leaves before the end. */
async function withSteps<T>(work: (watch: Watch) => Promise<T>): Promise<T> {
  using bars = showSteps()
  let leaving: Disposable | undefined
  const onStart = (id: string) => {
    leaving = onLeaving({
      line:
        `Job ${id} goes on without you. Wait for it with: tandem jobs show ${id} --wait\n` +
        `End it with: tandem jobs cancel ${id}`,
    })
  }
  try {
    return await work({ to: bars.to, onStart })
  } finally {
    leaving?.[Symbol.dispose]()
  }
}

const writeFileOrFail = (file: string, bytes: Uint8Array): Promise<void> =>
  writeDurably(file, bytes).catch((cause: NodeJS.ErrnoException) => {
    throw new CommandFailed(
      `Cannot write "${file}": ${fileWords(cause)}, expected a file that can be written`,
      {
        cause,
      },
    )
  })

const readFileOrFail = (file: string): Promise<Buffer> =>
  readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new CommandFailed(`Cannot read forest "${file}": ${fileWords(cause)}, expected an ONNX file`, {
      cause,
    })
  })

const yesOrNo = (is: boolean | null | undefined) => (typeof is === 'boolean' ? (is ? 'yes' : 'no') : null)

const sentBy = (evaluation: Evaluation): number =>
  evaluation.strategies.find((s) => s.name === 'router')?.offloadShare ?? 0
