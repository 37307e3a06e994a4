import { expect } from 'chai'
import { createHttpOutbound } from '../../../src/adapters/http/http-outbound.ts'
import { outboundFaultTexts } from '../../../src/domain/shared/outbound-fault.ts'
import { left, right } from '../../support/expect-right.ts'
import {
  foreignBody,
  outboundRequest,
  resolveTestName,
  withForeignServers,
} from '../../support/foreign-servers.ts'

describe('guarded requests', () => {
  const { servers, faultOf } = withForeignServers()
  const guarded = createHttpOutbound({ resolveName: resolveTestName, exceptions: [] })

  it('look up a name once a connection: no second answer is used', async () => {
    let lookups = 0
    const rebinding = createHttpOutbound({
      // The second answer, and each later one, is another address.
      resolveName: async () => (++lookups === 1 ? ['127.0.0.1'] : ['127.0.0.2']),
      exceptions: ['127.0.0.1'],
    })
    const answer = await right(rebinding(outboundRequest(`http://good.test:${servers().ports.http}/plain`)))
    expect(await foreignBody(answer)).to.equal('hello')
    expect(lookups).to.equal(1)
    // The redirect to the same name is checked anew.
    lookups = 0
    const redirected = await left(
      rebinding(outboundRequest(`http://good.test:${servers().ports.http}/hops/1`)),
    )
    expect(redirected.reason).to.equal('not_public')
    expect(lookups).to.equal(2)
  })

  it('never reach what is not public', async () => {
    const port = servers().ports.http
    const hosts = [
      '127.0.0.1',
      '127.1',
      '127.0.1',
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '0x7F.0x0.0x0.0x1',
      '0177.0.0.1',
      '017700000001',
      '0177.0x0.1',
      '127.0.0.1.',
      '%31%32%37.0.0.1',
      '１２７.0.0.1',
      '127。0。0。1',
      '①②⑦.0.0.1',
      '0',
      '0.0.0.0',
      '0x0',
      '10.0.0.1',
      '10.1',
      '0xa.1',
      '172.16.0.1',
      '192.168.1.1',
      '3232235777',
      '0xc0a80101',
      '169.254.169.254',
      '2852039166',
      '0xa9fea9fe',
      '0251.0376.0251.0376',
      '100.100.100.200',
      '198.18.0.1',
      '192.0.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '[::1]',
      '[::]',
      '[0:0:0:0:0:0:0:1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::FFFF:169.254.169.254]',
      '[::127.0.0.1]',
      '[64:ff9b::127.0.0.1]',
      '[64:ff9b::a9fe:a9fe]',
      '[64:ff9b:1::1]',
      '[2002:7f00:1::]',
      '[2002:a9fe:a9fe::1]',
      '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
      '[2001:db8::1]',
      '[fe80::1]',
      '[fc00::1]',
      '[fd00:ec2::254]',
      '[ff02::1]',
      '[fec0::1]',
      'good.test',
      'GOOD.test',
      'mixed.test',
      'mixed-public.test',
      'mapped.test',
      'private.test',
    ]
    for (const host of hosts)
      for (const url of [`http://${host}/`, `https://${host}/`, `http://${host}:${port}/plain`])
        expect((await left(guarded(outboundRequest(url)))).reason, url).to.equal('not_public')
    expect(servers().seen).to.deep.equal([])
  })

  it('never reach an address by a redirect that they would not reach at once', async () => {
    for (const [location, reason] of [
      ['http://127.0.0.2/', 'not_public'],
      ['http://0x7f.2/', 'not_public'],
      ['http://169.254.169.254/latest/meta-data/', 'not_public'],
      ['//10.0.0.1/', 'not_public'],
      ['http://private.test/', 'not_public'],
      ['http://mixed.test/', 'not_public'],
      ['file:///etc/passwd', 'redirect'],
      ['http://user:secret@good.test/', 'redirect'],
      ['http://[::1', 'redirect'],
      ['gopher://good.test/', 'redirect'],
      ['http://1.1.1.1:22/', 'port'],
    ])
      expect(
        await faultOf(`${servers().urls.http}/to/${encodeURIComponent(location ?? '')}`),
        location,
      ).to.equal(reason)
  })

  it('have no other schemes, ports, users or passwords', async () => {
    for (const url of [
      'file:///etc/passwd',
      'ftp://good.test/',
      'gopher://good.test/',
      'data:,hello',
      'javascript:1',
      'blob:http://good.test/1',
      'ws://good.test/',
      'unix:///var/run/docker.sock',
      'http+unix://%2Fvar%2Frun/',
      '//good.test/',
      '/plain',
      '',
      'http://',
      'http:///',
      'http://user@good.test/',
      'http://user:secret@good.test/',
      'http://:secret@good.test/',
      'http://1.1.1.1@127.0.0.1/',
      'http://good.test:99999/',
      'http://256.256.256.256/',
      'http://1.2.3.4.5/',
      'http://[::1',
      'http://[fe80::1%25eth0]/',
      'http://a b/',
      `http://good.test/${'a'.repeat(8192)}`,
    ])
      expect(await faultOf(url), url).to.equal('invalid_url')
    for (const url of ['http://1.1.1.1:22/', 'https://1.1.1.1:8443/', 'http://[2606:4700::1]:6379/'])
      expect(await faultOf(url), url).to.equal('port')
  })

  it('tell by no text of a fault what only Larder can reach', () => {
    const { refused, time_out, not_public, unresolved } = outboundFaultTexts
    expect(new Set([refused, time_out, not_public, unresolved])).to.have.property('size', 1)
  })
})
