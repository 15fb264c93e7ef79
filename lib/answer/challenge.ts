/**
 * The challenge that goes with a 401 (RFC 9110 §11.6.1), under a scheme at which no browser asks for a
 * password; for step-up in the form of RFC 9470 §3.
 *
 * @param maxAgeSeconds how old the proof may be
 */
export function challenge(code: string, maxAgeSeconds?: number): string {
  if (maxAgeSeconds === undefined) return `Session error="${code}"`;
  return `Bearer error="insufficient_user_authentication", error_description="${code}", max_age="${String(maxAgeSeconds)}"`;
}
