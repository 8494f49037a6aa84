import { miniflareHost } from '#workers/host/miniflare-host.ts'
import { conformance } from './conformance.ts'

conformance(miniflareHost())
