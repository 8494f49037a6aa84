// One control plane that all hostile requests go to, with a little of everything in it, so that what passes the schemas
// reaches real rows; and what came of each request, kept short.

import { controlApp } from '#admin/app.ts'
import type { Job } from '#contract/device-api.ts'
import { type Control, openControl } from '../control-rig.ts'
import { enrolDevice, signToken } from '../fake-device.ts'
import { addImages, addTinyModel } from '../measured-pair.ts'
import { leakIn } from './leaks.ts'

export interface Came {
  readonly status: number
  readonly text: string
}

export interface HostileRig extends AsyncDisposable {
  readonly control: Control
  readonly job: Job
  /** Method and path of every plain route, as the app has them. */
  readonly routes: readonly { readonly method: string; readonly path: string }[]
  readonly app: ReturnType<typeof controlApp>
  adminHeaders(): Record<string, string>
  deviceHeaders(): Promise<Record<string, string>>
  ask(path: string, init: RequestInit): Promise<Came>
  /** What is wrong with an answer, in a word or two; undefined for nothing. */
  faultOf(came: Came): string | undefined
  /** Lines of errors that the log has got since it was asked for last. */
  newErrors(): string[]
}

/** A stream of events is looked at, not followed. */
const STREAM_LOOK_MS = 40

export async function openHostileRig(): Promise<HostileRig> {
  const control = await openControl()
  const app = controlApp(control.ctx)
  await addTinyModel(control, 'light', 8)
  await addImages(control, 'scenes', 6)
  const device = await enrolDevice(control, { name: 'pi-1', tier: 'local' })
  await control.admin.profiles.create.mutate({ dataset: 'scenes', models: ['light'], devices: ['pi-1'] })
  const job = (await device.nextJob())!
  let seen = control.log.length
  return {
    control,
    job,
    app,
    routes: app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => ({ method, path })),
    adminHeaders: () => ({ authorization: `Bearer ${control.keys.admin}` }),
    deviceHeaders: async () => ({ authorization: `Bearer ${await signToken(device.key, device.id)}` }),
    async ask(path, init) {
      const answer = await app.request(path, init)
      return { status: answer.status, text: await readBriefly(answer) }
    },
    faultOf({ status, text }) {
      if (status >= 500) return `status ${status}`
      return leakIn(text, control.home)
    },
    newErrors() {
      const lines = control.log
        .slice(seen)
        .filter((line) => (JSON.parse(line) as { level: number }).level >= 50)
      seen = control.log.length
      return lines.map((line) => line.slice(0, 2_000))
    },
    [Symbol.asyncDispose]: () => control[Symbol.asyncDispose](),
  }
}

async function readBriefly(answer: Response): Promise<string> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.text()
  const reader = answer.body!.getReader()
  let text = ''
  const until = Date.now() + STREAM_LOOK_MS
  for (
    let left = STREAM_LOOK_MS;
    left > 0 && !/serialized-error\ndata: .*\n/.test(text);
    left = until - Date.now()
  ) {
    const part = await Promise.race([
      reader.read(),
      new Promise<undefined>((resolve) => setTimeout(resolve, left, undefined)),
    ])
    if (part === undefined || part.done) break
    text += Buffer.from(part.value).toString('utf8')
  }
  await reader.cancel()
  return text
}
