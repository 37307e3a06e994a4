import { expect } from 'chai'
import { createAddressJudge } from '../../../src/adapters/http/public-address.ts'

describe('an address', () => {
  const judge = createAddressJudge(['10.1.2.3', '192.168.7.0/24', 'fd12::/16', '::1'])

  const publicAddresses = [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '198.17.255.255',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2001:200::1',
    '2a00:1450::1',
    '::ffff:1.1.1.1',
    '::ffff:101:101',
    '64:ff9b::1.1.1.1',
    '2002:101:101::1',
  ]
  for (const address of publicAddresses)
    it(`${address} is public`, () => expect(judge(address)).to.equal('public'))

  const exceptions = ['10.1.2.3', '192.168.7.255', 'fd12:3456::1', '::1', '::ffff:10.1.2.3', '::FFFF:a01:203']
  for (const address of exceptions)
    it(`${address} is an exception that is listed`, () => expect(judge(address)).to.equal('exception'))

  const others = [
    '10.1.2.4',
    '192.168.8.0',
    'fd13::1',
    '0.0.0.0',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::2',
    '::127.0.0.1',
    '::1.1.1.1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:1.1.1.1',
    '64:ff9b::127.0.0.1',
    // NAT64 leads to the address inside, but an exception is meant literally.
    '64:ff9b::10.1.2.3',
    '64:ff9b:1::1.1.1.1',
    '2002:7f00:1::1',
    '2002:a9fe:a9fe::',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '2001:db8::1',
    '3fff::1',
    '100::1',
    '5f00::1',
    'fc00::1',
    'fe80::1',
    'fe80::1%eth0',
    '2606:4700::1%1',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
    '127.1',
  ]
  for (const address of others)
    it(`${address || '(none)'} is not public`, () => expect(judge(address)).to.equal('not public'))
})
