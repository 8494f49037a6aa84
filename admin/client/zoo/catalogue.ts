// The models that the zoo knows: those that come with Tandem, and those of a file of one's own, which says the same of each
// (`tandem zoo list --json` shows how). One's own come first and may take another's name.

import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { CommandFailed } from '../command-failed.ts'
import { KNOWN_MODELS } from './known-models.ts'
import { contractOf, ZooModel } from './zoo-entry.ts'

const Catalogue = z.array(ZooModel).superRefine((models, ctx) => {
  for (const [i, model] of models.entries())
    try {
      contractOf(model)
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error
      ctx.addIssue({ code: 'custom', path: [i, 'input'], message: error.issues[0]!.message })
    }
})

export async function catalogueWith(file: string | undefined): Promise<readonly ZooModel[]> {
  if (file === undefined) return KNOWN_MODELS
  const cannot = (why: string, cause?: unknown) =>
    new CommandFailed(`Cannot read catalogue "${file}": ${why}`, { cause })
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw cannot('expected a JSON file', cause)
  })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw cannot('is not JSON', cause)
  }
  const parsed = Catalogue.safeParse(json)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw cannot(`${path.join('.')}: ${message}`)
  }
  const own = new Set(parsed.data.map(({ name }) => name))
  return [...parsed.data, ...KNOWN_MODELS.filter(({ name }) => !own.has(name))]
}

export function modelNamed(catalogue: readonly ZooModel[], name: string): ZooModel {
  const model = catalogue.find((known) => known.name === name)
  if (model) return model
  throw new CommandFailed(
    `Cannot find model "${name}" in the zoo: expected one that \`tandem zoo list\` names`,
  )
}
