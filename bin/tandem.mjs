#!/usr/bin/env node
// Starts the TypeScript CLI; a file in plain JavaScript, because npm links it before anything can be compiled.
import { runProgram } from '../platform/launch/run-program.mjs'

await runProgram(new URL('../admin/cli/main.ts', import.meta.url))
