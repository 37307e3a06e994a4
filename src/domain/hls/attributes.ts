// These functions write valid attribute values whatever their input (RFC 8216bis §4.2).

/**
 * Writes a decimal-integer, rounded up. NaN and negative numbers become 0; a number that is too large becomes
 * the largest valid value.
 */
export const decimalInteger = (n: number): string =>
  String(Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.ceil(n) || 0)))

/** Writes a quoted-string. Removes quotes, line breaks and control characters, which it may not contain. */
export const quotedString = (text: string): string => `"${text.replace(/["\p{Cc}\u2028\u2029]/gu, '')}"`

/** Joins `NAME=value` pairs with commas. Omits attributes that are `null`. */
export const attributeList = (attributes: Readonly<Record<string, string | null>>): string =>
  Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
