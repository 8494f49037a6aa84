// Traces of external meters, and every file that a person could hand in by mistake.

import { describe, expect, test } from 'vitest'
import { readPowerCsv } from '#admin/energy/read-power-csv.ts'

describe('a trace', () => {
  const HEAD = 'Time (s),Main Avg Power (mW)'
  const read = (text: string | Uint8Array) =>
    readPowerCsv(
      (async function* () {
        // As from a disk: in pieces that end anywhere.
        const bytes = Buffer.from(text)
        for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000)
      })(),
      'power.csv',
    )

  test('is times and watts', async () => {
    expect(await read(`${HEAD}\n0,1500\n\n0.5, 2.5e3 \n0.5,+2e3\n`)).toEqual({
      timesS: [0, 0.5, 0.5],
      watts: [1.5, 2.5, 2],
    })
  })

  test('in milliseconds, amperes and volts is the same', async () => {
    expect(await read('Time (ms),Voltage (V),Current (A)\n0,5,2\n500,5,3\n')).toEqual({
      timesS: [0, 0.5],
      watts: [10, 15],
    })
  })

  test.each<[string, string | Uint8Array, RegExp]>([
    ['nothing', '', /has 0 samples, expected at least two/],
    ['a head alone', `${HEAD}\n`, /has 0 samples/],
    ['one instant', `${HEAD}\n1,2\n1,3\n`, /has 2 samples, expected at least two at different times/],
    ['no time', 'when,Power (W)\n0,1\n', /line 1: has no column of time, expected "Time \(s\)"/],
    ['no power', 'Time (s),constructor\n0,1\n', /line 1: has no column of power/],
    ['current without voltage', 'Time (s),Main Avg Current (mA)\n0,1\n', /line 1: has no column of power/],
    ['a word', `${HEAD}\n0,1\n1,off\n`, /line 3: "Main Avg Power \(mW\)" is "off", expected a number/],
    ['a blank', `${HEAD}\n0,1\n1,\n`, /line 3: "Main Avg Power \(mW\)" is "", expected a number/],
    ['a short line', `${HEAD}\n0,1\n1\n`, /line 3: "Main Avg Power \(mW\)" is ""/],
    ['NaN', `${HEAD}\n0,NaN\n`, /line 2: .* is "NaN"/],
    ['Infinity', `${HEAD}\n0,1e999\n`, /line 2: .* is "1e999"/],
    ['hexadecimal', `${HEAD}\n0,0x10\n`, /line 2: .* is "0x10"/],
    [
      'what newer numpy prints',
      'Time(ms),Main(mA),Main Voltage(V),\nnp.float64(0.1),1,5,\n',
      /line 2: "Time\(ms\)" is "np.float64\(0.1\)"/,
    ],
    ['a formula', `${HEAD}\n0,=1+1\n`, /line 2: .* is "=1\+1"/],
    ['a decimal comma', `${HEAD}\n"0,5","1,5"\n`, /line 2: "Time \(s\)" is "0,5"/],
    ['time that goes back', `${HEAD}\n2,1\n1,1\n`, /line 3: time goes back from 2 s to 1 s/],
    ['an open quote', `${HEAD}\n0,"1\n1,2\n`, /Quote/i],
    ['one endless line', `${HEAD}\n${'1'.repeat(50_000)}`, /record/i],
    [
      'an endless cell',
      `${HEAD}\n${'1'.repeat(5_000)}x,1\n`,
      /line 2: "Time \(s\)" is "1{40}", expected a number/,
    ],
    [
      'a picture',
      Uint8Array.from({ length: 3_000 }, (_, i) => (i * 7919) % 256),
      /^Cannot read trace "power.csv": /,
    ],
  ])('that holds %s is refused', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message)
    await expect(read(text)).rejects.toMatchObject({ name: 'Refusal', code: 'invalid' })
  })

  test('whose disk breaks off is an error, not a short trace', async () => {
    const broken = (async function* () {
      yield Buffer.from(`${HEAD}\n0,1\n1,2\n`)
      throw new Error('EIO')
    })()
    await expect(readPowerCsv(broken, 'power.csv')).rejects.toThrow('EIO')
  })
})
