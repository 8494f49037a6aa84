// Models from other frameworks: `tandem import onnx` registers a file by the name of its preprocessing convention, `tandem
// import keras-contract` makes a contract of what Keras says of a model.

import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { ModelInput } from '#contract/model.ts'
import { CommandFailed } from '../../client/command-failed.ts'
import { readKerasConfig } from '../../client/keras/keras-config.ts'
import {
  contractOfApplication,
  contractOfKeras,
  type KerasChanges,
} from '../../client/keras/keras-contract.ts'
import { readLabelFile } from '../../client/labels/label-file.ts'
import { type Import, presetContract } from '../../client/zoo/preset-contract.ts'
import { PRESET_NAMES, PRESETS } from '../../client/zoo/presets.ts'
import { contractLine, registerModel } from '../../client/zoo/register-model.ts'
import { showProgress } from '../progress.ts'
import { openSession, outputOf } from '../session.ts'

const FILTERS = ModelInput.shape.resize.def.innerType.options

const whole = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number')
  return Number(text)
}
const fraction = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !(value > 0 && value <= 1))
    throw new InvalidArgumentError('expected a fraction above 0 and up to 1')
  return value
}

const withInputChanges = (command: Command): Command =>
  command
    .addOption(
      new Option('--crop <fraction>', 'of each side, in place of the preset’s')
        .argParser(fraction)
        .conflicts('shortSide'),
    )
    .option('--short-side <px>', 'scale the short side to this, show the middle', whole)
    .addOption(new Option('--resize <filter>', 'in place of the preset’s').choices(FILTERS))

export function addImportCommands(program: Command): void {
  const imports = program
    .command('import')
    .description('models of other frameworks, with their preprocessing')
  addOnnx(imports)
  addKeras(imports)
}

type OnnxOptions = Omit<Import, 'classes'> & { readonly labels: string; readonly family?: string }

function addOnnx(imports: Command): void {
  withInputChanges(
    imports
      .command('onnx')
      .description('register an ONNX file by the convention that it was evaluated with')
      .argument('<file>', 'ONNX file')
      .requiredOption('--name <name>', 'name, unique')
      .requiredOption('--labels <file>', 'class names, one a line')
      .addOption(
        new Option('--preset <convention>', 'how its pixels are prepared')
          .choices(PRESET_NAMES)
          .makeOptionMandatory(),
      ),
  )
    .option('--family <name>', 'architecture family')
    .option('--side <px>', 'of the input, where the file leaves it open', whole)
    .option('--output-name <name>', 'where the file has more than one')
    .addOption(new Option('--output <kind>', 'what the output holds').choices(['softmax', 'logits']))
    .option('--background <n>', 'so many outputs come before the first class', whole)
    .addHelpText('after', `\nConventions:\n${PRESET_NAMES.map(presetLine).join('\n')}`)
    .action(async (file: string, options: OnnxOptions, command: Command) => {
      const session = await openSession(command)
      const labels = await readLabelFile(options.labels)
      const progress = showProgress('upload MB')
      const { model, contract } = await registerModel(session.api, {
        ...{ file, name: options.name, family: options.family, labels },
        contract: (declared) => presetContract(declared, { ...options, classes: labels.length }),
        onProgress: (done, total) => progress.to(Math.round(done / 1e6), Math.round(total / 1e6)),
      }).finally(() => progress.end())
      session.print(model, `Registered model "${model.name}" (${model.id}): ${contractLine(contract)}`)
    })
}

const presetLine = (name: (typeof PRESET_NAMES)[number]): string =>
  `  ${name.padEnd(18)} ${PRESETS[name].summary}`

function addKeras(imports: Command): void {
  withInputChanges(
    imports
      .command('keras-contract')
      .description('print the contract of a Keras model, for `models add --contract`')
      .argument('<model>', 'what model.to_json() wrote, or the name of one of keras.applications'),
  )
    .addOption(
      new Option('--mode <mode>', 'of preprocess_input, where the model does not tell').choices([
        ...['tf', 'torch', 'caffe', 'raw'],
      ]),
    )
    .option('--input-name <name>', 'as the converter to ONNX has named it')
    .option('--output-name <name>', 'as the converter to ONNX has named it')
    .action(async (which: string, options: KerasChanges, command: Command) => {
      const output = outputOf(command)
      const { contract, because } = await contractFrom(which, options)
      output.tell(`${contractLine(contract)}\n(${because})`)
      output.print(contract, JSON.stringify(contract, null, 2))
    })
}

async function contractFrom(which: string, options: KerasChanges) {
  if (!/[./\\]/.test(which)) return contractOfApplication(which, options)
  const text = await readFile(which, 'utf8').catch((cause: unknown) => {
    throw new CommandFailed(`Cannot read Keras model "${which}": expected what model.to_json() writes`, {
      cause,
    })
  })
  return contractOfKeras(readKerasConfig(text, which), options)
}
