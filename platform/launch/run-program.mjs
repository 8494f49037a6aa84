// Runs a program from its bundle (bundle.mjs), which is made where it is missing or older than its sources. Where none
// can be kept, as for a user who may not write there, tsx translates file by file: the same program, started later.

import { freshBundle, makeBundle } from './bundle.mjs'

/** @param {URL} entry - a module in TypeScript */
export async function runProgram(entry) {
  const bundle = freshBundle(entry) ?? (await makeBundle(entry).catch(() => undefined))
  if (bundle === undefined) {
    const { register } = await import('tsx/esm/api')
    register()
    return import(entry.href)
  }
  process.setSourceMapsEnabled(true)
  return import(bundle.href)
}
