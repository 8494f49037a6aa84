#!/usr/bin/env node
// `node platform/launch/run.mjs <entry.ts> [argument...]`: what `node <entry.ts> [argument...]` would be if Node 20 ran
// TypeScript. Plain JavaScript, as is all that it needs, because nothing has been compiled yet.

import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { runProgram } from './run-program.mjs'

const [node, , entry, ...args] = process.argv
if (entry === undefined) {
  process.stderr.write(
    'Cannot run: no entry, expected node platform/launch/run.mjs <entry.ts> [argument...]\n',
  )
  process.exit(2)
}
const file = path.resolve(entry)
process.argv = [node, file, ...args]
await runProgram(pathToFileURL(file))
