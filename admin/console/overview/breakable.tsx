// A name of a model or file that may be broken after its underscores where it does not fit, and not in the middle of a
// word. What is copied from it is the name.

import { Fragment } from 'react'

export function Breakable({ name }: { readonly name: string }) {
  return name.split(/(?<=_)/).map((part, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one name, which have no other identity.
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {part}
    </Fragment>
  ))
}
