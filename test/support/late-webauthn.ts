import type { WebAuthn } from 'passport-second-factor';
import { webauthn } from 'passport-second-factor/webauthn';

/** Passkeys of `localhost` that learn where the panel is when it listens. */
export function lateWebAuthn(): { readonly keys: WebAuthn; at(origin: string): void } {
  let made = webauthn({ rpId: 'localhost', rpName: 'Panel', origins: ['http://localhost'] });
  const keys: WebAuthn = {
    rpId: 'localhost',
    get origins() {
      return made.origins;
    },
    creationOptions: (request) => made.creationOptions(request),
    requestOptions: (...given) => made.requestOptions(...given),
    credentialIdOf: (credential) => made.credentialIdOf(credential),
    newCredentialIdOf: (credential) => made.newCredentialIdOf(credential),
    verifyCreation: (...given) => made.verifyCreation(...given),
    verifyAssertion: (...given) => made.verifyAssertion(...given),
  };
  return {
    keys,
    at(origin) {
      made = webauthn({ rpId: 'localhost', rpName: 'Panel', origins: [origin] });
    },
  };
}
