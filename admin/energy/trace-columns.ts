// Which columns of a trace tell time and power, by their heads. Known are those of
//
// - Monsoon's PowerTool: "Time (s)", "Main Avg Current (mA)", "Main Avg Voltage (V)", "Main Avg Power (mW)";
// - PyMonsoon (msoon/PyMonsoon, Monsoon/sampleEngine.py): "Time(ms)", "Main(mA)", "Main Voltage(V)". Its time is in
//   seconds whatever the head says (time.time() - start; issue 37 there shows such files);
// - any other meter: a time in s or ms, and power in W or mW, or current in mA or A and voltage in V.
//
// Power is taken where it is told, else current times voltage.

/** Heads without spaces and case, to the factor that makes it seconds, watts, amperes or volts. */
const TIME = new Map([
  ['time(s)', 1],
  ['timestamp(s)', 1],
  ['time(ms)', 1e-3],
  ['timestamp(ms)', 1e-3],
])
const POWER = new Map([
  ['mainavgpower(mw)', 1e-3],
  ['power(mw)', 1e-3],
  ['power(w)', 1],
])
const CURRENT = new Map([
  ['mainavgcurrent(ma)', 1e-3],
  ['main(ma)', 1e-3],
  ['current(ma)', 1e-3],
  ['current(a)', 1],
])
const VOLTAGE = new Map([
  ['mainavgvoltage(v)', 1],
  ['mainvoltage(v)', 1],
  ['voltage(v)', 1],
])

export interface TraceColumn {
  readonly index: number
  readonly name: string
  readonly factor: number
}

export interface TraceColumns {
  readonly time: TraceColumn
  /** One for power, two for current and voltage. */
  readonly factors: readonly TraceColumn[]
}

/** `fail` makes the error of what is missing. */
export function traceColumns(head: readonly string[], fail: (what: string) => Error): TraceColumns {
  const names = head.map((name) => name.toLowerCase().replace(/\s/g, ''))
  const find = (known: ReadonlyMap<string, number>): TraceColumn | undefined => {
    const index = names.findIndex((name) => known.has(name))
    return index < 0 ? undefined : { index, name: head[index]!, factor: known.get(names[index]!)! }
  }
  const [time, power, current, voltage] = [find(TIME), find(POWER), find(CURRENT), find(VOLTAGE)]
  if (!time) throw fail('has no column of time, expected "Time (s)"')
  const factors = power ? [power] : current && voltage ? [current, voltage] : undefined
  if (!factors)
    throw fail(
      'has no column of power, expected "Main Avg Power (mW)" or "Power (W)", or current (mA) and voltage (V)',
    )
  const isPyMonsoon = names.includes('main(ma)')
  return { time: isPyMonsoon ? { ...time, factor: 1 } : time, factors }
}
