import { threadHost } from '#workers/host/thread-host.ts'
import { conformance } from './conformance.ts'

conformance(threadHost(), { egress: 'a thread isolates nothing: it is for trusted functions only' })
