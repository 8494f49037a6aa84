// `npm run reference`: writes docs/cli.md.

import { writeFileSync } from 'node:fs'
import { openProgram } from '../program.ts'
import { renderCliReference } from './render-reference.ts'

writeFileSync(new URL('../../../docs/cli.md', import.meta.url), renderCliReference(openProgram()))
