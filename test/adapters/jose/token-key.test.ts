import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import {
  formatTokenKeys,
  generateSecretKey,
  parseSecretOrKeys,
  parseTokenKeys,
  withSigningKey,
} from '../../../src/adapters/jose/token-keys.ts'
import { E } from '../../../src/fp.ts'

const base64url = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url')

const ed25519 = generateKeyPairSync('ed25519')
const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits })
const spki = (key: typeof ed25519.publicKey) => key.export({ format: 'der', type: 'spki' })
const pkcs8 = (key: typeof ed25519.privateKey) => key.export({ format: 'der', type: 'pkcs8' })

describe('keys of tokens [V63]', () => {
  it('are verified when parsed; a key that does not fit its algorithm fails with one line, which never contains the key', () => {
    const pem = String(ed25519.publicKey.export({ format: 'pem', type: 'spki' }))
    const short = rsa(1024)
    const cases: ReadonlyArray<readonly [string, RegExp]> = [
      ['k', /not of the form kid:alg:base64url/],
      ['k:EdDSA:', /key k that is not base64url/],
      [`k:EdDSA:${base64url('no key at all')}`, /key k that is neither SPKI nor PKCS #8 in DER/],
      [`k:EdDSA:${base64url(pem)}`, /key k that is neither SPKI nor PKCS #8 in DER/],
      [`k:RS256:${base64url(spki(ed25519.publicKey))}`, /key k of type ed25519, and RS256 takes rsa/],
      [`k:EdDSA:${base64url(spki(short.publicKey))}`, /key k of type rsa, and EdDSA takes ed25519/],
      [`k:RS256:${base64url(spki(short.publicKey))}`, /key k for RS256 of fewer than 2048 bits/],
      [`k:HS256:${base64url('short')}`, /key k for HS256 of fewer than 32 bytes/],
      [`k:HS512:${base64url('x'.repeat(64))}`, /key k with an algorithm that is not one of/],
    ]
    for (const [text, fault] of cases) {
      const keys = parseTokenKeys(text)
      expect(E.isLeft(keys) && keys.left, text).to.match(fault)
      const [, , material = ''] = text.split(':')
      if (material !== '') expect(keys, text).not.to.include({ left: material })
    }
    for (const der of [spki(ed25519.publicKey), pkcs8(ed25519.privateKey)])
      expect(E.isRight(parseTokenKeys(`k:EdDSA:${base64url(der)}`))).to.equal(true)
    const sufficient = rsa(2048)
    for (const der of [spki(sufficient.publicKey), pkcs8(sufficient.privateKey)])
      expect(E.isRight(parseTokenKeys(`k:RS256:${base64url(der)}`))).to.equal(true)
  })

  it('that only verify are followed by a signing key of Larder’s own, with a distinct kid', () => {
    const verifying = { kid: 'k1', algorithm: 'EdDSA', material: spki(ed25519.publicKey) } as const
    const own = generateSecretKey('k1')
    const kids = (keys: ReadonlyArray<{ readonly kid: string }>) => keys.map(({ kid }) => kid)
    expect(kids(withSigningKey([verifying], () => [own]))).to.deep.equal(['k1', 'larder-k1'])
    expect(kids(withSigningKey([{ ...verifying, kid: 'x' }], () => [own]))).to.deep.equal(['x', 'k1'])
    const signing = { ...verifying, kid: 'mine', material: pkcs8(ed25519.privateKey) }
    const notCalled = () => expect.fail('no key of its own is needed')
    expect(kids(withSigningKey([verifying, signing], notCalled))).to.deep.equal(['k1', 'mine'])
    expect(kids(withSigningKey([], () => [own]))).to.deep.equal(['k1'])
  })

  it('[V29] of id tokens are one bare secret, or several keys with their kids', () => {
    const secret = 'a secret of more than thirty-two bytes: yes'
    const bare = parseSecretOrKeys(secret)
    expect(bare).to.deep.equal(E.right([{ kid: 'id', algorithm: 'HS256', material: Buffer.from(secret) }]))
    const keys = [
      generateSecretKey('new'),
      { kid: 'id', algorithm: 'HS256', material: Buffer.from(secret) } as const,
    ]
    expect(parseSecretOrKeys(formatTokenKeys(keys))).to.deep.equal(E.right(keys))
    expect(E.isLeft(parseSecretOrKeys('short'))).to.equal(true)
    expect(E.isLeft(parseSecretOrKeys('new:HS256:c2hvcnQ'))).to.equal(true)
  })
})
