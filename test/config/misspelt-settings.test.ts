import { expect } from 'chai'
import fc from 'fast-check'
import { describeMisspelt, editDistance, settingNames } from '../../src/config/misspelt-settings.ts'

describe('misspelt settings', () => {
  it('[V65] are reported with the name that is probably meant, and without their value', () => {
    for (const [name, meant] of [
      ['CACHE_MAXBYTES', 'CACHE_MAX_BYTES'],
      ['DATBASE_URL', 'DATABASE_URL'],
      ['S3_BUKCET', 'S3_BUCKET'],
      ['IMAGE_TOKEN_KEY', 'IMAGE_TOKEN_KEYS'],
      ['LARDER_PORT', 'PORT'],
      ['LARDER_DATA_DIR', 'DATA_DIR'],
      ['data_dir', 'DATA_DIR'],
      ['port', 'PORT'],
      ['DATADIR', 'DATA_DIR'],
      ['datadir', 'DATA_DIR'],
      ['S3BUCKET', 'S3_BUCKET'],
      ['LARDER_DATADIR', 'DATA_DIR'],
      ['PROT', 'PORT'],
      ['HSOT', 'HOST'],
    ] as const)
      expect(describeMisspelt({ [name]: 's3cret' })).to.deep.equal([
        `${name} is not a setting of Larder and has no effect; did you mean ${meant}?`,
      ])
  })

  it('[V65] are not reported for variables that have nothing to do with Larder', () => {
    const usual = `PATH HOME USER SHELL LANG LC_ALL TERM PWD OLDPWD LOGNAME HOSTNAME HOSTTYPE MAIL EDITOR PAGER TZ TMPDIR
      DISPLAY SSH_AUTH_SOCK XDG_DATA_DIRS XDG_CACHE_HOME NODE_ENV NODE_OPTIONS NODE_PATH npm_config_cache npm_package_name
      INIT_CWD AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION AWS_PROFILE PGHOST PGPORT PGUSER PGDATABASE DEBUG CI
      COLUMNS LINES SUDO_USER JOURNAL_STREAM INVOCATION_ID KUBERNETES_PORT KUBERNETES_SERVICE_HOST LOG_FILE PORTS HOSTS`
    expect(describeMisspelt(Object.fromEntries(usual.split(/\s+/).map((name) => [name, 'x'])))).to.deep.equal(
      [],
    )
  })

  it('are reported for every setting: without underscores, with two letters swapped, and with the prefix LARDER_', () => {
    for (const name of settingNames()) {
      const swapped = `${name[1]}${name[0]}${name.slice(2)}`
      const forms = [name.replaceAll('_', ''), `LARDER_${name}`, swapped, name.toLowerCase()]
      for (const form of forms.filter((one) => !settingNames().includes(one)))
        expect(describeMisspelt({ [form]: 'x' }).join(), form).to.include(`did you mean ${name}?`)
    }
  })

  it('[V65] do not include the settings themselves, set or empty', () => {
    for (const name of settingNames()) expect(describeMisspelt({ [name]: 'x' })).to.deep.equal([])
    expect(describeMisspelt({ CACHE_MAXBYTES: '' })).to.deep.equal([])
  })

  it('are found by a distance: 0 to itself, 1 for one edit, and the same in both directions', () => {
    const word = fc.stringMatching(/^[A-Z_]{0,9}$/)
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, a)).to.equal(0)
        expect(editDistance(a, b)).to.equal(editDistance(b, a))
        expect(editDistance(a, `${a}X`)).to.equal(1)
        expect(editDistance(a, b)).to.be.within(Math.abs(a.length - b.length), Math.max(a.length, b.length))
      }),
    )
    expect(editDistance('BUKCET', 'BUCKET')).to.equal(1)
  })
})
