// A QR code as a picture: dark on white in both colour schemes, since readers expect that, with the margin of four modules
// that they need (ISO/IEC 18004).

import { encode } from 'uqr'

const MARGIN = 4

export function QrImage({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, data } = encode(text, { border: MARGIN })
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width={220} height={220} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={dark.join('')} fill="#000" shapeRendering="crispEdges" />
    </svg>
  )
}
