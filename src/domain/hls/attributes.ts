// Values of attributes in a form that no data can break (RFC 8216bis §4.2).

/** A decimal-integer: rounded up, and as near as can be written where `n` is negative, huge or no number. */
export const decimalInteger = (n: number): string =>
  String(Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.ceil(n) || 0)))

/** A quoted-string; what it may not hold (quotes, line breaks, control characters) is left out. */
export const quotedString = (text: string): string => `"${text.replace(/["\p{Cc}\u2028\u2029]/gu, '')}"`

/** `NAME=value` of those that have a value, with commas between. */
export const attributeList = (attributes: Readonly<Record<string, string | null>>): string =>
  Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
