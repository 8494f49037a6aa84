#!/usr/bin/env node
// Starts the TypeScript CLI; a file in plain JavaScript, because npm links it before anything can be compiled.
import { register } from 'tsx/esm/api'

register()
await import('../admin/cli/main.ts')
