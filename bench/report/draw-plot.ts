// Plots of bench/results/plots, from Vega-Lite to SVG without a browser. The library is fetched when the first plot is
// drawn (bench/peers/install-package.ts); where that fails the figures are there and the plot is not, and why is said.

import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { installPackage } from '../peers/install-package.ts'
import { resultsFolder } from './results-folder.ts'

const PACKAGES = { vega: '6.4.0', 'vega-lite': '6.4.3' }
const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json'
/** Text as fonts of the reader, colours that are told apart in print. */
const LOOK = {
  background: 'white',
  config: {
    font: 'sans-serif',
    axis: {
      ...{ grid: true, gridColor: '#eee', labelFontSize: 10, labelLimit: 300 },
      ...{ titleFontSize: 11, titleFontWeight: 'normal' },
    },
    legend: { labelLimit: 420 },
    title: { fontSize: 13, anchor: 'start' },
    view: { stroke: '#ccc' },
    range: {
      category: ['#1b6ca8', '#d1495b', '#3a7d44', '#edae49', '#6a4c93', '#555555', '#00a6a6', '#a05c2f'],
    },
  },
}

/** A Vega-Lite specification without its schema. */
export type Plot = Readonly<Record<string, unknown>>

interface Libraries {
  parse(spec: unknown): unknown
  View: new (runtime: unknown, options: object) => { toSVG(): Promise<string> }
  compile(spec: unknown): { spec: unknown }
}

/** Writes `<name>.svg`; answers its path from bench/results, or undefined where it could not be drawn. */
export async function drawPlot(name: string, plot: Plot): Promise<string | undefined> {
  const installed = await installPackage('plots', PACKAGES)
  if ('missing' in installed) {
    console.error(`no plot "${name}": ${installed.missing}`)
    return undefined
  }
  const { parse, View, compile } = await libraries(installed.folder)
  const { spec } = compile({ $schema: SCHEMA, ...LOOK, ...plot })
  const svg = await new View(parse(spec), { renderer: 'none' }).toSVG()
  const folder = path.join(resultsFolder(), 'plots')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, `${name}.svg`), `${svg}\n`)
  return `plots/${name}.svg`
}

async function libraries(folder: string): Promise<Libraries> {
  const from = createRequire(path.join(folder, 'package.json'))
  const load = (name: string) => import(pathToFileURL(from.resolve(name)).href)
  const [vega, lite] = [await load('vega'), await load('vega-lite')]
  return { parse: vega.parse, View: vega.View, compile: lite.compile }
}
