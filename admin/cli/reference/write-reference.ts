// `npm run reference`: writes docs/cli.md and docs/settings.md.

import { writeFileSync } from 'node:fs'
import { openProgram } from '../program.ts'
import { renderCliReference, renderSettingsReference } from './render-reference.ts'

const docs = (name: string) => new URL(`../../../docs/${name}`, import.meta.url)

writeFileSync(docs('cli.md'), renderCliReference(openProgram()))
writeFileSync(docs('settings.md'), renderSettingsReference())
