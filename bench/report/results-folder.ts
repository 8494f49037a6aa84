// Where results go: bench/results, which is in the repository, or a folder that git ignores for runs that show only that
// all works (`--quick`, short soaks), so that they replace nothing that was measured well.

import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')
export const KEPT = path.join(ROOT, 'bench/results')
const TRIED = path.join(ROOT, '.tandem/bench/quick')

let folder = KEPT

export const resultsFolder = (): string => folder

export function keepNothing(): void {
  folder = TRIED
}
