// `tandem datasets add`: a CSV of files and labels, or a folder per class, becomes a data set. Every problem is
// told with its line before anything is uploaded.

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Api, CommandFailed } from './api.ts'
import { IMAGE_TYPES } from './labels/image-types.ts'
import { labelRows } from './labels/label-csv.ts'
import { labelBytes, readLabelFile } from './labels/label-file.ts'
import { sourceOfFile } from './upload/upload-source.ts'

export interface LabelledImage {
  readonly path: string
  readonly label: number
}

/** Files are relative to the CSV, or absolute. */
export const readLabelCsv = (text: string, file: string, labels: readonly string[]): LabelledImage[] =>
  labelRows(text, file, labels).map((row) => ({
    path: path.resolve(path.dirname(file), row.file),
    label: row.label,
  }))

/** `<folder>/<class>/<image>`, classes named as in the labels. */
async function readClassFolders(folder: string, labels: readonly string[]): Promise<LabelledImage[]> {
  const images: LabelledImage[] = []
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    if (!entry.isDirectory()) continue
    const label = labels.indexOf(entry.name)
    if (label < 0)
      throw new CommandFailed(
        `Cannot read data set "${folder}": folder "${entry.name}" is none of the ${labels.length} classes`,
      )
    for (const name of (await readdir(path.join(folder, entry.name))).sort())
      if (path.extname(name).toLowerCase() in IMAGE_TYPES)
        images.push({ path: path.join(folder, entry.name, name), label })
  }
  if (images.length === 0) throw new CommandFailed(`Cannot read data set "${folder}": found no images`)
  return images
}

export interface AddDatasetOptions {
  /** A CSV file or a folder per class. */
  readonly source: string
  readonly name: string
  readonly labels: string
  readonly onProgress: (done: number, total: number) => void
}

export async function addDataset(api: Api, options: AddDatasetOptions) {
  const labels = await readLabelFile(options.labels)
  const images = isCsv(options.source)
    ? readLabelCsv(
        await readFile(options.source, 'utf8').catch(missing(options.source)),
        options.source,
        labels,
      )
    : await readClassFolders(options.source, labels).catch(missing(options.source))
  const files = []
  for (const image of images) {
    const { digest } = (await sourceOfFile(image.path).catch(missing(image.path))).ref
    const mediaType = IMAGE_TYPES[path.extname(image.path).toLowerCase()] ?? 'application/octet-stream'
    files.push({ digest, path: image.path, mediaType, label: image.label })
  }
  await api.uploadMissing(files, (done) => options.onProgress(done, files.length))
  const { digest } = await api.upload(labelBytes(labels), 'application/json')
  return api.trpc.datasets.create.mutate({
    name: options.name,
    labels: digest,
    images: files.map((f) => ({
      digest: f.digest,
      label: f.label,
      path: path.relative(folderOf(options.source), f.path),
    })),
  })
}

const isCsv = (source: string): boolean => source.toLowerCase().endsWith('.csv')

/** What the paths of the images are told relative to. */
const folderOf = (source: string): string => (isCsv(source) ? path.dirname(source) : source)

const missing = (file: string) => (cause: NodeJS.ErrnoException) => {
  if (cause instanceof CommandFailed) throw cause
  throw new CommandFailed(
    `Cannot read "${file}": ${cause.code === 'ENOENT' ? 'it does not exist' : cause.code}`,
    { cause },
  )
}
