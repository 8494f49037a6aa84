// Miniflare is for development: it neither limits its workerd's heap nor tells when it dies.

import { miniflareHost } from '#workers/host/miniflare-host.ts'
import { conformance } from './conformance.ts'
import { isolation } from './isolation.ts'

conformance(miniflareHost())
isolation(miniflareHost(), ['heap'])
