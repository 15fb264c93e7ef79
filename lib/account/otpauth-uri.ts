import { SecondFactorError } from '../errors.js';
import type { Authenticator } from './record.js';
import { decodeSecret } from './totp.js';
import { parseTotpParameters } from './totp-parameters.js';

/** The parameters of a Key URI. `issuer` and `image` are for the app that shows the codes. */
const PARAMETERS: readonly string[] = ['secret', 'algorithm', 'digits', 'period', 'issuer', 'image'];
/** What others have, and what it means. */
const FOREIGN: Readonly<Record<string, string>> = {
  counter: 'a counter is that of codes by counting (hotp); only totp is taken',
  encoder: 'an encoder makes codes that are not digits',
};

/**
 * Reads an `otpauth://totp/` URI (Key URI Format). What is left out of it is as with authenticator apps.
 *
 * @throws {SecondFactorError} `option-invalid` with the reason, which holds nothing of the URI's values
 */
export function parseOtpauthUri(uri: unknown): Pick<Authenticator, 'secret' | 'parameters'> {
  const parameters = parametersOf(uri);
  const valueOf = (name: string): string | undefined => parameters.get(name) ?? undefined;
  const secret = decodeSecret(valueOf('secret') ?? '');
  if (!secret) throw invalid('its secret must be base32 (RFC 4648 §6)');
  try {
    const [digits, period] = [wholeNumber(valueOf('digits')), wholeNumber(valueOf('period'))];
    const algorithm = valueOf('algorithm')?.toLowerCase();
    return { secret, parameters: parseTotpParameters({ algorithm, digits, period }) };
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

/** The query of the URI: only what is known, and each once. */
function parametersOf(uri: unknown): URLSearchParams {
  const { protocol, host, username, hash, searchParams } = parsed(uri);
  const type = host.toLowerCase();
  if (protocol !== 'otpauth:' || username !== '') throw invalid('it must begin with otpauth://totp/');
  if (type === 'hotp') throw invalid('counter-based codes (hotp) are not supported, only totp');
  if (type !== 'totp') throw invalid('it must begin with otpauth://totp/');
  if (hash !== '') throw invalid('it has a #, which must be written as %23');
  const names = [...searchParams.keys()];
  const unknown = names.find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) throw invalid(reasonFor(unknown));
  const doubled = names.find((name, place) => names.indexOf(name) !== place);
  if (doubled !== undefined) throw invalid(`${doubled} occurs twice`);
  return searchParams;
}

function parsed(uri: unknown): URL {
  try {
    return new URL(typeof uri === 'string' ? uri : '');
  } catch {
    throw invalid('it must be a string that begins with otpauth://totp/');
  }
}

/** Why a parameter is not taken. It is not named: a secret may stand in the place of its name. */
function reasonFor(name: string): string {
  const known = Object.entries(FOREIGN).find(([foreign]) => foreign === name.toLowerCase());
  return known?.[1] ?? `it has a parameter that is not known; known are: ${PARAMETERS.join(', ')}`;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
}

function invalid(reason: string): SecondFactorError {
  return new SecondFactorError('option-invalid', `the uri cannot be used: ${reason}`);
}
