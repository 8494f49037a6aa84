// What the engine says about `function.js:12:5` in terms of the source: file, line and column of the author's own
// text. Positions that no source stands behind are left as they are.

import { SourceMap } from 'node:module'
import path from 'node:path'

/** workerd and Miniflare name the module so; Node's thread by its whole data URL. */
const POSITION = /(?:[\w./:-]*\bfunction\.js|data:text\/javascript;base64,[\w+/=]+):(\d+)(?::(\d+))?/g

/** `map` is the source map's JSON, `folder` the one that its sources are named from. */
export function inSourceLines(map: string, folder: string): (text: string) => string {
  const sources = new SourceMap(JSON.parse(map))
  return (text) =>
    text.replace(POSITION, (whole, line: string, column: string | undefined) => {
      const found = sources.findEntry(Number(line) - 1, Number(column ?? 1) - 1)
      if (!('originalSource' in found)) return whole
      const file = path.relative('', path.resolve(folder, found.originalSource))
      return `${file}:${found.originalLine + 1}:${found.originalColumn + 1}`
    })
}
