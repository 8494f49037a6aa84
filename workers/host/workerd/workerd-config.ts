// The configuration of one `workerd serve` process, in Cap'n Proto text. The function finds its bindings and
// nothing else: `nowhere` is a network that allows no address, so fetch() and connect() reach nobody. Code
// and deployment are embedded from files beside the configuration, which spares all escaping. Bindings are
// plain services, without workerd's wrapped modules, so that the same bundle runs in the other drivers.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { FunctionSpec } from '../function-host.ts'
import { unixAddress } from '../unix-address.ts'

export interface WorkerdFiles {
  config: string
  code: string
  deployment: string
  /** Where workerd listens. */
  socket: string
  pid: string
}

/**
 * workerd has no memory limit, V8 has: 32 MB holds any sane function. A small young generation and one GC
 * thread keep it at 74 instead of 117 MB under load (measured, x86-64). Array buffers lie outside the heap:
 * the watchdog sees to those.
 */
const V8_FLAGS = ['--max-heap-size=32', '--max-semi-space-size=1', '--single-threaded-gc']

/** What functions may assume of workerd; a later date changes behaviour, so it moves by decision only. */
export const COMPATIBILITY_DATE = '2026-04-01'

export function workerdFiles(folder: string): WorkerdFiles {
  const file = (name: string) => path.resolve(folder, name)
  return {
    config: file('workerd.capnp'),
    code: file('function.js'),
    deployment: file('deployment.json'),
    socket: file('function.sock'),
    pid: file('workerd.pid'),
  }
}

export async function writeWorkerdFiles(files: WorkerdFiles, spec: FunctionSpec): Promise<void> {
  // First, since it refuses a path that is too long: then nothing has been written.
  const config = workerdConfig({ socket: files.socket, bindings: path.resolve(spec.host.socket) })
  await mkdir(spec.folder, { recursive: true, mode: 0o700 })
  await rm(files.socket, { force: true })
  await writeFile(files.code, spec.code)
  await writeFile(files.deployment, JSON.stringify(spec.deployment))
  await writeFile(files.config, config)
}

export async function removeWorkerdFiles(files: WorkerdFiles): Promise<void> {
  await Promise.all(Object.values(files).map((file) => rm(file, { force: true })))
}

export function workerdConfig({ socket, bindings }: { socket: string; bindings: string }): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "function", worker = .function),
    (name = "bindings", external = (address = ${address(bindings)}, http = ())),
    (name = "nowhere", network = (allow = [])),
  ],
  sockets = [(name = "function", address = ${address(socket)}, http = (), service = "function")],
  v8Flags = [${V8_FLAGS.map(quote).join(', ')}],
);

const function :Workerd.Worker = (
  modules = [(name = "function.js", esModule = embed "function.js")],
  compatibilityDate = ${quote(COMPATIBILITY_DATE)},
  globalOutbound = "nowhere",
  bindings = [
    (name = "VISION", service = "bindings"),
    (name = "EDGE", service = "bindings"),
    (name = "DEPLOYMENT", text = embed "deployment.json"),
  ],
);
`
}

function address(socket: string): string {
  return quote(unixAddress(socket))
}

function quote(text: string): string {
  return JSON.stringify(text)
}
