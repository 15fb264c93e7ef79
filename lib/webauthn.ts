/** The words of WebAuthn Level 3 (§5.8.4) for the ways to an authenticator. */
export const TRANSPORTS = ['ble', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;
/** One of them. */
export type Transport = (typeof TRANSPORTS)[number];

/** A key that an account has. */
export interface KeyReference {
  /** The credential id, base64url. */
  readonly credentialId: string;
  /** How browsers may reach it. */
  readonly transports: readonly Transport[];
}

/** A key that is known to an account, as browsers are told of it (WebAuthn §5.8.3). */
export interface CredentialDescriptor {
  readonly type: 'public-key';
  readonly id: string;
  readonly transports: readonly Transport[];
}

/** `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3 §5.4): what a browser makes a key by. */
export interface CreationOptions {
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly challenge: string;
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[];
  readonly timeout: number;
  readonly excludeCredentials: readonly CredentialDescriptor[];
  readonly authenticatorSelection: {
    readonly residentKey: 'discouraged';
    readonly requireResidentKey: false;
    readonly userVerification: 'preferred';
  };
  readonly attestation: 'none';
}

/** `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3 §5.5): what a browser asks a key by. */
export interface RequestOptions {
  readonly rpId: string;
  readonly challenge: string;
  readonly timeout: number;
  readonly allowCredentials: readonly CredentialDescriptor[];
  readonly userVerification: 'preferred';
}

/** What a browser is told to make a key by. */
export interface CreationRequest {
  readonly challenge: string;
  /** 64 bytes at most, base64url. Says nothing of who it is, and is another one for each key. */
  readonly userHandle: string;
  readonly userName: string;
  /** The keys that the account has. */
  readonly keys: readonly KeyReference[];
  readonly timeoutMs: number;
}

/** A key that a browser has just made, checked. */
export interface NewKey extends KeyReference {
  /** As COSE has it (RFC 9052), base64url. */
  readonly publicKey: string;
  readonly counter: number;
  readonly rpId: string;
  readonly userVerified: boolean;
}

/** What a signature says that holds. */
export interface VerifiedSignature {
  readonly counter: number;
  readonly userVerified: boolean;
}

/**
 * Security keys of one relying party: what `webauthn()` of `passport-second-factor/webauthn` makes. Credentials come
 * from the request as they are, of any type. A method returns `null` for everything that is not complete, valid and
 * of this relying party. It throws (`option-invalid`) only if the library is not installed.
 */
export interface WebAuthn {
  readonly rpId: string;
  readonly origins: readonly string[];
  /** What a browser makes a key by. */
  creationOptions(request: CreationRequest): CreationOptions;
  /** What a browser asks the keys of an account by. */
  requestOptions(challenge: string, keys: readonly KeyReference[], timeoutMs: number): RequestOptions;
  /** The credential id in an assertion; `null` when it is not well-formed. */
  credentialIdOf(credential: unknown): string | null;
  /** The credential id of a new key; `null` when it is not well-formed. */
  newCredentialIdOf(credential: unknown): string | null;
  /** The key that a browser made for a challenge. */
  verifyCreation(credential: unknown, challenge: string): Promise<NewKey | null>;
  /**
   * What a key has signed for a challenge.
   *
   * @param publicKey of the key it names; `null`: nobody has it, which takes as long and is `null`
   */
  verifyAssertion(
    credential: unknown,
    challenge: string,
    publicKey: string | null,
  ): Promise<VerifiedSignature | null>;
}
