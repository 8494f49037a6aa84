// A CSV of files and labels, as the CLI and the console take it: columns `file` and `label`, a label being a class name or
// its number from 0. Every problem is told with its line. Parsed by the build of the library that runs in browsers as well.

import { CsvError, parse } from 'csv-parse/browser/esm/sync'
import { CommandFailed } from '../command-failed.ts'

export interface LabelRow {
  /** As it is written. */
  readonly file: string
  readonly label: number
}

export function labelRows(text: string, file: string, labels: readonly string[]): LabelRow[] {
  const byName = new Map(labels.map((label, i) => [label, i]))
  const fail = (line: number, what: string) =>
    new CommandFailed(`Cannot read data set "${file}": line ${line}: ${what}`)
  let rows: { record: Record<string, string>; info: { lines: number } }[]
  try {
    rows = parse(text, { columns: true, info: true, bom: true, skip_empty_lines: true, trim: true })
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    throw new CommandFailed(`Cannot read data set "${file}": ${cause.message}`, { cause })
  }
  if (rows.length === 0)
    throw new CommandFailed(`Cannot read data set "${file}": has no rows, expected "file,label"`)
  return rows.map(({ record, info }) => {
    const name = record.file
    const label = record.label
    if (!name || label === undefined) throw fail(info.lines, 'expected columns "file" and "label"')
    const index =
      byName.get(label) ?? (/^\d+$/.test(label) && Number(label) < labels.length ? Number(label) : undefined)
    if (index === undefined)
      throw fail(
        info.lines,
        `label "${label}" is unknown, expected a class name or a number below ${labels.length}`,
      )
    return { file: name, label: index }
  })
}
