// The QR code of an authenticator's address, against digests of what the npm package `qrcode` 1.5.4 draws for the same
// bytes, and against the rules that a reader relies on.

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { qrCode } from '#admin/console/qr/qr-code.ts'

const ADDRESS =
  'otpauth://totp/Tandem:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Tandem&digits=6&period=30'
const digestOf = (text: string): string =>
  createHash('sha256').update(qrCode(text).flat().map(Number).join('')).digest('hex').slice(0, 16)

describe('qrCode()', () => {
  test.each([
    ['a', 21, '2e7add7dfd3288d4'],
    [ADDRESS, 41, 'dc956356c932458b'],
    [ADDRESS.repeat(2).slice(0, 180), 53, 'bb2103eb43282834'],
  ])('draws %s as others do', (text, size, digest) => {
    expect(qrCode(text)).toHaveLength(size)
    expect(digestOf(text)).toBe(digest)
  })

  test('refuses what fits into no version that it knows', () => {
    expect(() => qrCode('x'.repeat(214))).toThrow(/has 214 bytes, expected at most 213/)
  })
})
