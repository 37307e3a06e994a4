import fc from 'fast-check'

// Arbitrary headers, as correct, careless and hostile clients send them.

const position = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 70 }).map(String) },
  fc.constantFrom(
    '00',
    '007',
    '18446744073709551616',
    '9007199254740993',
    '9007199254740992',
    `1${'0'.repeat(30)}`,
  ),
)

const validSpec = fc.oneof(
  fc.tuple(fc.nat({ max: 70 }), fc.nat({ max: 30 })).map(([first, more]) => `${first}-${first + more}`),
  position.map((first) => `${first}-`),
  position.map((suffix) => `-${suffix}`),
)

const nearlyValidSpec = fc.oneof(
  { weight: 5, arbitrary: validSpec },
  fc.tuple(position, position).map(([first, last]) => `${first}-${last}`),
  fc.constantFrom(
    '',
    ' ',
    '\t',
    '-',
    '--5',
    '1--3',
    '5',
    '+1-2',
    '0x1-2',
    '1.0-2',
    '1 -2',
    '1-2 3',
    '١-٢',
    '1-\u00a02',
  ),
)

const unit = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('bytes=', 'Bytes=', 'BYTES=') },
  fc.constantFrom('bytes =', 'bytes= ', 'byte=', 'items=', 'bytes:', '', '=', 'bytes'),
)

const separator = fc.constantFrom(',', ', ', ' ,', '\t,\t', ',,', ', ,', ';')

export const rangeHeader = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.array(validSpec, { minLength: 1, maxLength: 12 }).map((specs) => `bytes=${specs.join(',')}`),
    fc
      .tuple(unit, fc.array(fc.tuple(nearlyValidSpec, separator), { maxLength: 6 }), nearlyValidSpec)
      .map(([start, specs, last]) => `${start}${specs.flat().join('')}${last}`.trimEnd()),
    fc.string({ unit: fc.constantFrom(...'bytes=0123456789-, \t') }).map((text) => `bytes=${text}`.trimEnd()),
    fc.string(),
  )
