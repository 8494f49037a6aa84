// Functions: the modules that answer an image on the devices, from a new folder to a version that can be promoted.

import { type Command, Option } from 'commander'
import { BundleRefused, bundleFunction } from '#platform/bundle-function.ts'
import { CommandFailed } from '../client/api.ts'
import { checkInWorkerd, develop } from '../client/function-process.ts'
import { EXAMPLES, type ExampleName, newFunctionProject } from '../client/function-project.ts'
import { allOf } from '../client/link/pages.ts'
import { environmentFor, openSession, outputOf } from './session.ts'
import { round, table } from './table.ts'

/** Each start of a control plane stores it again, so a version of somebody else's would not stay the newest. */
const BUILT_IN = 'classify'

async function bundled(entry: string): Promise<string> {
  try {
    return await bundleFunction(entry)
  } catch (error) {
    if (!(error instanceof BundleRefused)) throw error
    throw new CommandFailed(error.message, { cause: error })
  }
}

function addNewCommand(functions: Command): void {
  functions
    .command('new')
    .description('write a small project: the function, a test that runs it in workerd, how to go on')
    .argument('<folder>', 'new or empty; its name becomes the name of the function')
    .addOption(
      new Option('--from <example>', 'what to start from').choices(Object.keys(EXAMPLES)).default('minimal'),
    )
    .action(async (folder: string, options: { from: ExampleName }, command: Command) => {
      const files = await newFunctionProject(folder, options.from)
      outputOf(command).print(
        { folder, files },
        `${files.map((file) => `  ${folder}/${file}`).join('\n')}\n\n  cd ${folder}\n  npm test\n  npm run dev`,
      )
    })
}

function addDevCommand(functions: Command): void {
  functions
    .command('dev')
    .description('serve a module with the models of this machine’s local worker; every change reloads')
    .argument('<entry>', 'TypeScript or JavaScript module whose default export has fetch')
    .option('--port <port>', 'TANDEM_DEV_PORT, 7403 where left out')
    .addOption(
      new Option('--driver <driver>', 'what runs it').choices(['workerd', 'miniflare']).default('workerd'),
    )
    .action(async (entry: string, options, command: Command) => {
      const args = Object.entries({ port: options.port, driver: options.driver })
        .filter(([, value]) => value !== undefined)
        .flatMap(([name, value]) => [`--${name}`, String(value)])
      process.exitCode = await develop(entry, args, environmentFor(command))
    })
}

function addCheckCommand(functions: Command): void {
  functions
    .command('check')
    .description('what deploy checks, without deploying: six situations in the real workerd')
    .argument('<entry>', 'TypeScript or JavaScript module whose default export has fetch')
    .action(async (entry: string, _options, command: Command) => {
      const code = await bundled(entry)
      const checked = await checkInWorkerd({ code, name: entry })
      const text = `${entry}: ${code.length} bytes, answers in ${checked.situations} situations, at most ${round(checked.answerMs, 0)} ms`
      outputOf(command).print(checked, text)
    })
}

function addDeployCommand(functions: Command): void {
  functions
    .command('deploy')
    .description('bundle a module, check it in the real workerd, store it as the next version')
    .argument('<entry>', 'TypeScript or JavaScript module whose default export has fetch')
    .requiredOption('--name <name>', 'name of the function')
    .option(
      '--no-check',
      'store it unchecked: each device checks it by an image before it serves, all the same',
    )
    .action(async (entry: string, options: { name: string; check: boolean }, command: Command) => {
      if (options.name === BUILT_IN)
        throw new CommandFailed(
          `Cannot deploy function "${BUILT_IN}": is the built-in one, expected another name`,
        )
      const session = await openSession(command)
      const code = await bundled(entry)
      if (options.check) {
        const { situations, driver } = await checkInWorkerd({ code, name: options.name })
        session.tell(`Answers in ${situations} situations in ${driver}`)
      }
      const { digest } = await session.api.upload(Buffer.from(code), 'text/javascript')
      const made = await session.api.trpc.functions.create.mutate({ name: options.name, file: digest })
      session.print(
        made,
        `Function "${made.name}" version ${made.version} (${made.id}): ${Buffer.byteLength(code)} bytes\n` +
          `It serves nowhere yet: tandem promote --function ${made.name}`,
      )
    })
}

function addLookCommands(functions: Command): void {
  functions
    .command('list')
    .description('every function by its newest version')
    .action(async (_options, command: Command) => {
      const session = await openSession(command)
      const all = await allOf(session.api.trpc.functions.list)
      const newest = all.filter((f, i) => all.findIndex((g) => g.name === f.name) === i)
      session.print(
        all,
        table([
          ['name', 'version', 'at', 'digest'],
          ...newest.map((f) => [f.name, f.version, f.createdAt, f.digest]),
        ]),
      )
    })
  functions
    .command('show')
    .description('the versions of a function, and the deployments that carry them')
    .argument('<name>', 'name of the function')
    .action(async (name: string, _options, command: Command) => {
      const session = await openSession(command)
      const versions = await session.api.trpc.functions.show.query({ name })
      session.print(
        versions,
        table([
          ['version', 'at', 'bytes', 'in deployments', 'digest'],
          ...versions.map((f) => [
            f.version,
            f.createdAt,
            f.sizeBytes,
            f.deployments.join(', ') || '-',
            f.digest,
          ]),
        ]),
      )
    })
}

export function addFunctionCommands(program: Command): void {
  const functions = program.command('functions').description('modules that answer an image on the devices')
  addNewCommand(functions)
  addDevCommand(functions)
  addCheckCommand(functions)
  addDeployCommand(functions)
  addLookCommands(functions)
}
