// Where the console is put together: theme, data, routes. Styles that Mantine writes into the page carry the nonce that
// the control plane gave it, since the page's policy lets no others in.

import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import 'uplot/dist/uPlot.min.css'
import './console.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { consoleRouter } from './routes.tsx'
import { theme } from './theme.ts'
import { queries } from './trpc.ts'

// Or zod, which some pages bring with them, would try to compile its checks, which the page's policy refuses.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })

const nonce = document.querySelector('meta[name="style-nonce"]')?.getAttribute('content') ?? ''

// Where dialogs lock scrolling, their styles ask for the nonce under this name.
Object.assign(globalThis, { __webpack_nonce__: nonce })

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queries}>
        <RouterProvider router={consoleRouter} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
