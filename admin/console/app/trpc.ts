// The admin API as the console asks it: same origin, with the session's cookie, several questions in one request. What
// changes nothing is asked again when a window comes back; an error that will not go away by itself is not.

import { QueryClient } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client'
import type { inferRouterOutputs } from '@trpc/server'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { AdminRouter } from '#admin/api/router.ts'

export type Answers = inferRouterOutputs<AdminRouter>

/** As many as the control plane takes in one request. */
const BATCH_MAX = 20
const TRIES_MAX = 3

const isFinal = (error: unknown): boolean =>
  error instanceof TRPCClientError &&
  typeof error.data?.httpStatus === 'number' &&
  error.data.httpStatus < 500

export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 5_000, retry: (count, error) => !isFinal(error) && count < TRIES_MAX },
    mutations: { retry: false },
  },
})

export const client = createTRPCClient<AdminRouter>({
  links: [httpBatchLink({ url: '/trpc', maxItems: BATCH_MAX })],
})

export const trpc = createTRPCOptionsProxy<AdminRouter>({ client, queryClient: queries })
