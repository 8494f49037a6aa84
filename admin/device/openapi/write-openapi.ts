// `npm run openapi`: writes the description of the devices' REST to docs/, for those who have no control plane at hand.

import { writeFile } from 'node:fs/promises'
import { deviceOpenApi } from './openapi-document.ts'

const FILE = new URL('../../../docs/openapi-device.json', import.meta.url)

await writeFile(FILE, `${JSON.stringify(deviceOpenApi(), null, 2)}\n`)
