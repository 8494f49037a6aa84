// Real models: `tandem zoo` fetches ImageNet classifiers that are known to the byte and registers them with their contract.
// Nothing is fetched before its licence was seen and accepted.

import path from 'node:path'
import { type Command, Option } from 'commander'
import { catalogueWith, modelNamed } from '../../client/zoo/catalogue.ts'
import { zooStore } from '../../client/zoo/pull.ts'
import { contractLine } from '../../client/zoo/register-model.ts'
import { contractOf, type ZooModel } from '../../client/zoo/zoo-entry.ts'
import { address, homeOf, outputOf, settingOf, settingsOf } from '../session.ts'
import { table } from '../table.ts'
import { type PullOptions, pullModels } from './pull-models.ts'

/** The zoo of this home. */
export const zooFolder = (command: Command): string => path.join(homeOf(settingsOf(command)), 'zoo')

interface CatalogueOption {
  readonly catalogue?: string
}

const ownCatalogue = () =>
  new Option('--catalogue <file>', 'models of your own beside, as `zoo list --json` tells them')

export function addZooCommands(program: Command): void {
  const zoo = program.command('zoo').description('known ImageNet classifiers, by address and SHA-256')
  zoo
    .command('list')
    .description('the models that can be pulled')
    .addOption(ownCatalogue())
    .action(async ({ catalogue }: CatalogueOption, command: Command) => {
      const store = zooStore(zooFolder(command))
      const models = await Promise.all(
        (await catalogueWith(catalogue)).map(async (model) => ({
          ...model,
          isHere: await store.has({ digest: model.digest, sizeBytes: model.sizeBytes }),
        })),
      )
      outputOf(command).print(
        models,
        table([
          ['name', 'family', 'MB', 'top-1', 'licence', 'from'],
          ...models.map((model) => [
            model.name,
            model.family,
            (model.sizeBytes / 1e6).toFixed(1),
            model.top1Percent === undefined ? '' : `${model.top1Percent} %`,
            model.licence.spdx,
            model.isHere ? 'is here' : placeOf(model),
          ]),
        ]),
      )
    })
  zoo
    .command('show')
    .description('one of them: licence, digest, and how it is fed')
    .argument('<name>', 'as `zoo list` names it')
    .addOption(ownCatalogue())
    .action(async (name: string, { catalogue }: CatalogueOption, command: Command) => {
      const model = modelNamed(await catalogueWith(catalogue), name)
      outputOf(command).print({ ...model, contract: contractOf(model) }, described(model))
    })
  zoo
    .command('pull')
    .description('fetch models into the home folder; a broken download goes on where it was')
    .argument('<names...>', 'as `zoo list` names them')
    .option('--accept-licence', 'of every model that is named; asked for on a terminal')
    .option('--mirror <address>', 'fetch from there by file name (TANDEM_ZOO_MIRROR)', address)
    .option('--from <folder>', 'take them from this folder; nothing is fetched')
    .addOption(ownCatalogue())
    .option('--register', 'and register them as candidate models')
    .option('--labels <file>', 'class names for --register, one a line (the 1000 of ImageNet where left out)')
    .action(async (names: string[], options: PullOptions & CatalogueOption, command: Command) => {
      const catalogue = await catalogueWith(options.catalogue)
      const models = [...new Set(names)].map((name) => modelNamed(catalogue, name))
      const mirror = options.mirror ?? settingOf(settingsOf(command), 'TANDEM_ZOO_MIRROR')
      await pullModels(models, { ...options, mirror, folder: zooFolder(command) }, command)
    })
}

const placeOf = ({ url }: ZooModel): string => (url === undefined ? 'folder or mirror' : new URL(url).host)

function described(model: ZooModel): string {
  const { name, family, file, url, digest, sizeBytes, licence, preset, top1Percent, source, evidence, note } =
    model
  const rows = [
    ['name', name],
    ['family', family],
    ['licence', `${licence.spdx}, ${licence.url}`],
    ['address', url ?? `none: ${file} from a folder or a mirror`],
    ['digest', `${digest}, ${sizeBytes} bytes`],
    ['known from', evidence],
    ['preset', preset],
    ['contract', contractLine(contractOf(model))],
    ['top-1', top1Percent === undefined ? 'not published for this file' : `${top1Percent} %, as published`],
    ['source', source],
    ...(note === undefined ? [] : [['note', note]]),
  ]
  return rows.map(([field, value]) => `${field!.padEnd(12)}${value}`).join('\n')
}
