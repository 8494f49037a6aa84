// The trace of an external meter, from CSV, line by line as it comes from the disk. Whatever is no number is refused
// with its line: a trace with holes that nobody knows of would be integrated across them. Time may stand still (a
// Monsoon stamps packets of several samples) and never goes back.

import { CsvError, parse } from 'csv-parse'
import type { PowerTrace } from '#core/profile/integrate-power.ts'
import { Refusal } from '../refusal.ts'
import { type TraceColumn, type TraceColumns, traceColumns } from './trace-columns.ts'

/** A quarter of an hour of a Monsoon's 5 kHz, or days of a meter that tells ten samples a second. */
const SAMPLES_MAX = 5_000_000
/** A line of numbers is short; a file of another kind may be one endless line. */
const LINE_MAX_CHARACTERS = 10_000

/** `name` is for people. Throws a Refusal. */
export async function readPowerCsv(chunks: AsyncIterable<Uint8Array>, name: string): Promise<PowerTrace> {
  const fail = (what: string, cause?: unknown) =>
    new Refusal('invalid', `Cannot read trace "${name}": ${what}`, { cause })
  const timesS: number[] = []
  const watts: number[] = []
  let columns: TraceColumns | undefined
  const parser = parse({
    bom: true,
    info: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: LINE_MAX_CHARACTERS,
  })
  void feed(chunks, parser)
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvLine>) {
      const failHere = (what: string) => fail(`line ${info.lines}: ${what}`)
      if (!columns) {
        columns = traceColumns(record, failHere)
        continue
      }
      const sample = sampleOf(record, columns, failHere)
      if (timesS.length > 0 && sample.timeS < timesS.at(-1)!)
        throw failHere(`time goes back from ${timesS.at(-1)} s to ${sample.timeS} s`)
      if (timesS.length === SAMPLES_MAX)
        throw failHere(`has more than ${SAMPLES_MAX} samples, expected a shorter or a coarser trace`)
      timesS.push(sample.timeS)
      watts.push(sample.watts)
    }
  } catch (error) {
    if (error instanceof CsvError) throw fail(error.message, error)
    throw error
  } finally {
    parser.destroy()
  }
  if (timesS.length < 2 || timesS[0] === timesS.at(-1))
    throw fail(`has ${timesS.length} samples, expected at least two at different times`)
  return { timesS, watts }
}

interface CsvLine {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

function sampleOf(record: readonly string[], { time, factors }: TraceColumns, fail: (what: string) => Error) {
  const read = ({ index, name, factor }: TraceColumn): number => {
    const text = record[index] ?? ''
    // Number() would take blanks, hexadecimal and Infinity too.
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(text) || !Number.isFinite(Number(text)))
      throw fail(`"${name}" is "${text.slice(0, 40)}", expected a number`)
    return Number(text) * factor
  }
  return { timeS: read(time), watts: factors.reduce((product, column) => product * read(column), 1) }
}

/** As pipe(), but what breaks on the way ends the parser, and it is done with when the parser is. */
async function feed(chunks: AsyncIterable<Uint8Array>, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (parser.destroyed) return
      if (!parser.write(chunk))
        await new Promise((resolve) => {
          parser.once('drain', resolve)
          parser.once('close', resolve)
        })
    }
    parser.end()
  } catch (error) {
    parser.destroy(error as Error)
  }
}
