// What was dropped to become a model: the ONNX file, its classes, and perhaps a document that says the rest, as beside the
// models of the demo. Which is which the ends of their names tell.

import type { z } from 'zod'
import { labelsOf } from '#admin/client/labels/label-lines.ts'
import { ModelContract, ModelDraft } from '#contract/model.ts'
import type { NamedFile } from '../upload/send-files.ts'

const Document = ModelDraft.pick({
  name: true,
  family: true,
  contract: true,
  params: true,
  layers: true,
}).partial()
type Document = z.infer<typeof Document>

export interface ModelFiles {
  readonly model?: File
  readonly labels?: { readonly file: string; readonly names: readonly string[] }
  readonly document?: Document
  readonly problems: readonly string[]
}

/** What is given replaces what was given before. */
export async function takeFiles(before: ModelFiles, given: readonly NamedFile[]): Promise<ModelFiles> {
  let files: ModelFiles = { ...before, problems: [] }
  for (const { file } of given)
    try {
      files = { ...files, ...(await take(file)) }
    } catch (error) {
      const words = error instanceof Error ? error.message : `Cannot read "${file.name}"`
      files = { ...files, problems: [...files.problems, words] }
    }
  return files
}

async function take(file: File): Promise<Partial<ModelFiles>> {
  const end = file.name.slice(file.name.lastIndexOf('.')).toLowerCase()
  if (end === '.onnx') return { model: file }
  if (end === '.txt') return { labels: { file: file.name, names: labelsOf(await file.text(), file.name) } }
  if (end === '.json') return { document: documentOf(await file.text(), file.name) }
  throw new Error(`Cannot take "${file.name}": expected a model .onnx, its classes .txt or a contract .json`)
}

function documentOf(text: string, name: string): Document {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new Error(`Cannot read contract "${name}": is not JSON`, { cause })
  }
  const alone = ModelContract.safeParse(json)
  if (alone.success) return { contract: alone.data }
  const whole = Document.safeParse(json)
  if (whole.success && whole.data.contract) return whole.data
  const issue = (whole.error ?? alone.error).issues[0]!
  throw new Error(`Cannot read contract "${name}": ${issue.path.join('.') || 'it'}: ${issue.message}`)
}

/** Lower case, and without what a name may not have. */
export const nameOf = (file: string): string =>
  file
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 80)
