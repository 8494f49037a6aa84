// `node platform/launch/prepare.mjs <entry.ts>...`: bundles programs for a user who may not write where they lie.

import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { makeBundle } from './bundle.mjs'

for (const entry of process.argv.slice(2)) await makeBundle(pathToFileURL(path.resolve(entry)))
