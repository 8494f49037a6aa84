// Who is signed in and what they may do, as the control plane says. Nothing here protects anything: buttons that would
// be refused are shown as such, and that is all.

import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext } from 'react'
import { trpc } from './trpc.ts'

export interface Session {
  readonly name: string
  readonly role: string
  readonly may: (procedure: string) => boolean
}

const SessionContext = createContext<Session | undefined>(undefined)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session)
    throw new RangeError('Cannot use session: nobody is signed in, expected a page behind the sign-in')
  return session
}

export const SessionProvider = ({ value, children }: { value: Session; children: ReactNode }) => (
  <SessionContext value={value}>{children}</SessionContext>
)

export const useWhoami = () => useQuery(trpc.session.whoami.queryOptions(undefined, { staleTime: 60_000 }))
