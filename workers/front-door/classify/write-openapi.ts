// `npm run openapi`: writes the description of a worker's API to docs/, for those who have no worker at hand.

import { writeFile } from 'node:fs/promises'
import { openApiDocument } from './openapi-document.ts'

const FILE = new URL('../../../docs/openapi-classify.json', import.meta.url)

await writeFile(FILE, `${JSON.stringify(openApiDocument(), null, 2)}\n`)
