// The admin API as the console asks it: same origin, with the session's cookie, several questions in one request. What
// changes nothing is asked again when a window comes back; an error that will not go away by itself is not. What can be
// watched comes as server-sent events (../live/use-live.ts).

import { QueryClient } from '@tanstack/react-query'
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
} from '@trpc/client'
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { AdminRouter } from '#admin/api/router.ts'

export type Answers = inferRouterOutputs<AdminRouter>
export type Asked = inferRouterInputs<AdminRouter>

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
  links: [
    splitLink({
      condition: ({ type }) => type === 'subscription',
      true: httpSubscriptionLink({ url: '/trpc' }),
      false: httpBatchLink({ url: '/trpc', maxItems: BATCH_MAX }),
    }),
  ],
})

export const trpc = createTRPCOptionsProxy<AdminRouter>({ client, queryClient: queries })
