// A QR code as a picture: dark on white in both colour schemes, since readers expect that, with the margin of four modules
// that they need.

import { useMemo } from 'react'
import { qrCode } from './qr-code.ts'

const MARGIN = 4

export function QrImage({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => {
    const modules = qrCode(text)
    const dark = modules.flatMap((row, y) =>
      row.flatMap((isDark, x) => (isDark ? [`M${x + MARGIN} ${y + MARGIN}h1v1h-1z`] : [])),
    )
    return { size: modules.length + 2 * MARGIN, path: dark.join('') }
  }, [text])
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width={220} height={220} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  )
}
