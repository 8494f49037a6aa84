// A folder that was chosen, as labelled images: by its labels.csv where it has one, else a folder for each class. Everything
// that is wrong is found before a byte goes up, and told by the names of the files.

import { labelRows } from '#admin/client/labels/label-csv.ts'
import { labelsOf } from '#admin/client/labels/label-lines.ts'
import type { NamedFile } from '../upload/send-files.ts'

export interface LabelledFile extends NamedFile {
  readonly label: number
}

export interface Folder {
  readonly name: string
  readonly images: readonly NamedFile[]
  readonly csv: NamedFile | undefined
  /** Of a classes.txt or labels.txt beside the images. */
  readonly classes: readonly string[] | undefined
  /** Neither images nor lists. */
  readonly others: readonly string[]
}

export interface Dataset {
  readonly images: readonly LabelledFile[]
  readonly problems: readonly string[]
}

const IMAGE = /\.(jpe?g|png|webp)$/i
const CLASSES = /^(classes|labels)\.txt$/i
/** What systems leave in folders, and nobody means. */
const LITTER = /^(\.|thumbs\.db$|desktop\.ini$)/i

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const parentOf = (path: string): string => path.split('/').at(-2) ?? ''

/** Rejects with a sentence where a list cannot be read. */
export async function readFolder(files: readonly NamedFile[]): Promise<Folder> {
  const meant = files.filter(({ path }) => !LITTER.test(baseOf(path)))
  const csvs = meant.filter(({ path }) => /\.csv$/i.test(path))
  const [csv] = csvs.toSorted((a, b) => a.path.split('/').length - b.path.split('/').length)
  const list = meant.find(({ path }) => CLASSES.test(baseOf(path)))
  const others = meant.filter((file) => file !== csv && file !== list && !IMAGE.test(file.path))
  const [root = ''] = meant[0]?.path.split('/') ?? []
  return {
    name: root,
    images: meant.filter(({ path }) => IMAGE.test(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    csv,
    classes: list && labelsOf(await list.file.text(), list.path),
    others: others.map(({ path }) => path),
  }
}

/** As the data set keeps it: without the folder that was chosen, where it was one. */
export function pathsIn({ name, images }: Folder): (path: string) => string {
  const isOne = images.every(({ path }) => path.startsWith(`${name}/`))
  return (path) => (isOne ? path.slice(name.length + 1) : path)
}

/** The folders that hold images, as classes in the order of their names. */
export const foldersOf = ({ images }: Folder): string[] =>
  [...new Set(images.map(({ path }) => parentOf(path)))].sort()

export async function labelFolder(folder: Folder, classes: readonly string[]): Promise<Dataset> {
  if (folder.csv) return byCsv(folder, folder.csv, classes)
  const numberOf = new Map(classes.map((name, i) => [name, i]))
  const strange = foldersOf(folder).filter((name) => !numberOf.has(name))
  return {
    images: folder.images.flatMap((image) => {
      const label = numberOf.get(parentOf(image.path))
      return label === undefined ? [] : [{ ...image, label }]
    }),
    problems: strange.map(
      (name) => `Folder “${name}” is none of the ${classes.length} classes, expected such as “${classes[0]}”`,
    ),
  }
}

async function byCsv(folder: Folder, csv: NamedFile, classes: readonly string[]): Promise<Dataset> {
  const under = csv.path.slice(0, csv.path.length - baseOf(csv.path).length)
  const byPath = new Map(folder.images.map((image) => [image.path, image]))
  const images: LabelledFile[] = []
  const problems: string[] = []
  for (const { file, label } of labelRows(await csv.file.text(), csv.path, classes)) {
    const image = byPath.get(under + file.replace(/^\.\//, ''))
    if (image) images.push({ ...image, label })
    else problems.push(`“${file}” is in ${baseOf(csv.path)}, but not among the images of the folder`)
  }
  return { images, problems }
}
