/** Certificates for tests of TLS, made when they are needed: a key in a repository looks like a leak. */
import "reflect-metadata"
import { webcrypto } from "node:crypto"
import * as x509 from "@peculiar/x509"

const { subtle } = webcrypto

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
const day = 86_400_000

const newKeys = () => subtle.generateKey(algorithm, true, ["sign", "verify"])

const pemOf = async (key: webcrypto.CryptoKey) => {
  const bytes = Buffer.from(await subtle.exportKey("pkcs8", key)).toString("base64")
  return `-----BEGIN PRIVATE KEY-----\n${bytes.match(/.{1,64}/g)?.join("\n")}\n-----END PRIVATE KEY-----\n`
}

const newAuthority = async (name: string) => {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 30 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)]
  })
  return { keys, certificate }
}

type Authority = Awaited<ReturnType<typeof newAuthority>>

const issue = async (authority: Authority, host: string, validFor: number) => {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: "02",
    subject: `CN=${host}`,
    issuer: authority.certificate.subject,
    notBefore: new Date(Date.now() - 10 * day),
    notAfter: new Date(Date.now() + validFor),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: host },
        ...(host === "localhost" ? [{ type: "ip", value: "127.0.0.1" } as const] : [])
      ])
    ]
  })
  return { key: await pemOf(keys.privateKey), cert: certificate.toString("pem") }
}

const authority = await newAuthority("Holdfast test authority")

/** The authority that clients of these tests trust. */
export const ca = authority.certificate.toString("pem")

/** For `localhost`, by that authority. */
export const good = await issue(authority, "localhost", 10 * day)

/** For `localhost`, out of date since yesterday. */
export const expired = await issue(authority, "localhost", -day)

/** For another host. */
export const wrongHost = await issue(authority, "backup.example.test", 10 * day)

/** For `localhost`, by an authority that nobody knows. */
export const unknown = await issue(await newAuthority("Another authority"), "localhost", 10 * day)
