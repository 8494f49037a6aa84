// The frame around all pages: where one is, who one is, and the way along the flow. Whoever is not signed in sees the
// sign-in at the same address, and the page afterwards.

import { AppShell, Burger, Center, Group, Loader, NavLink, ScrollArea, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { Suspense } from 'react'
import { Failure } from '../parts/failure.tsx'
import { Account } from './account.tsx'
import { SessionProvider, useWhoami } from './session.tsx'
import { SignIn } from './sign-in.tsx'

/** Along the flow: profile, select, train, promote, serve, observe. */
const PLACES = [
  ['/', 'Overview'],
  ['/models', 'Models'],
  ['/data-sets', 'Data sets'],
  ['/selection', 'Selection'],
  ['/routers', 'Routers'],
  ['/evaluations', 'Evaluations'],
  ['/rollouts', 'Deployments'],
  ['/devices', 'Devices'],
  ['/try', 'Try it'],
  ['/settings', 'Settings'],
] as const

export function Shell() {
  const who = useWhoami()
  if (who.isError)
    return (
      <Centred>
        <Failure error={who.error} retry={() => void who.refetch()} />
      </Centred>
    )
  if (who.data === undefined)
    return (
      <Centred>
        <Loader aria-label="Loading" />
      </Centred>
    )
  if (who.data.actor === null) return <SignIn needsSetUp={who.data.needsSetUp} />
  const { name, role } = who.data.actor
  const allowed = new Set(who.data.may)
  return (
    <SessionProvider value={{ name, role, may: (procedure) => allowed.has(procedure) }}>
      <Frame />
    </SessionProvider>
  )
}

const Centred = ({ children }: { readonly children: React.ReactNode }) => (
  <Center h="100vh" p="md">
    {children}
  </Center>
)

function Frame() {
  const [isOpen, menu] = useDisclosure()
  const { pathname } = useLocation()
  const isAt = (to: string) => (to === '/' ? pathname === '/' : pathname.startsWith(to))
  return (
    <AppShell
      padding="md"
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
    >
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <img src="/tandem.svg" alt="" width={28} height={28} />
            <Text fw={700}>Tandem</Text>
          </Group>
          <Account />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        <ScrollArea>
          {PLACES.map(([to, label]) => (
            <NavLink
              key={to}
              component={Link}
              to={to}
              label={label}
              active={isAt(to)}
              aria-current={isAt(to) ? 'page' : undefined}
              onClick={menu.close}
            />
          ))}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Suspense fallback={<Loader aria-label="Loading" />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  )
}
