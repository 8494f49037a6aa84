// Error correction of a QR code (ISO/IEC 18004, 7.5): the remainder of the data by a generator polynomial over GF(2^8)
// with the polynomial x^8 + x^4 + x^3 + x^2 + 1.

const FIELD = 0x11d

function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * FIELD)
    product ^= ((b >>> bit) & 1) * a
  }
  return product
}

/** Without its leading 1; the product of (x - 2^i) for i below `degree`. */
function generator(degree: number): number[] {
  const coefficients = [...new Array<number>(degree - 1).fill(0), 1]
  let root = 1
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++)
      coefficients[j] = multiply(coefficients[j]!, root) ^ (coefficients[j + 1] ?? 0)
    root = multiply(root, 2)
  }
  return coefficients
}

/** As many correction codewords as asked for. */
export function correctionOf(data: readonly number[], count: number): number[] {
  const by = generator(count)
  const remainder = new Array<number>(count).fill(0)
  for (const byte of data) {
    const factor = byte ^ remainder.shift()!
    remainder.push(0)
    for (const [i, coefficient] of by.entries()) remainder[i]! ^= multiply(coefficient, factor)
  }
  return remainder
}
